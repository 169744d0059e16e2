import Glibc

/// The few socket calls that the test servers need, on IPv4 or IPv6 loopback.
enum Socket {
    /// 127.0.0.1.
    static let loopback: UInt32 = 0x7F00_0001

    /// Opens a listening socket.
    ///
    /// - Parameters:
    ///   - onIPv6: whether on ::1 instead of `address`.
    ///   - address: an IPv4 address of this host.
    ///   - port: the port, or 0 for a free one.
    static func listen(onIPv6: Bool, address: UInt32 = loopback, port: UInt16 = 0) throws -> (
        descriptor: Int32, port: UInt16
    ) {
        let bound = try bind(onIPv6: onIPv6, address: address, port: port)
        guard Glibc.listen(bound.descriptor, 512) == 0 else {
            close(bound.descriptor)
            throw TestServerError("listen: \(errno)")
        }
        return bound
    }

    /// Opens a socket that has a port and does not listen on it: a connection to it is refused, and nobody else gets it.
    ///
    /// - Parameters:
    ///   - onIPv6: whether on ::1 instead of `address`.
    ///   - address: an IPv4 address of this host.
    ///   - port: the port, or 0 for a free one.
    static func bind(onIPv6: Bool = false, address: UInt32 = loopback, port: UInt16 = 0) throws -> (
        descriptor: Int32, port: UInt16
    ) {
        let descriptor = socket(onIPv6 ? AF_INET6 : AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw TestServerError("socket: \(errno)") }
        var length: socklen_t
        var storage = sockaddr_storage()
        if onIPv6 {
            length = socklen_t(MemoryLayout<sockaddr_in6>.size)
            withUnsafeMutablePointer(to: &storage) { start in
                start.withMemoryRebound(to: sockaddr_in6.self, capacity: 1) { address in
                    address.pointee.sin6_family = sa_family_t(AF_INET6)
                    address.pointee.sin6_addr = in6addr_loopback
                }
            }
        } else {
            length = socklen_t(MemoryLayout<sockaddr_in>.size)
            withUnsafeMutablePointer(to: &storage) { start in
                start.withMemoryRebound(to: sockaddr_in.self, capacity: 1) { own in
                    own.pointee.sin_family = sa_family_t(AF_INET)
                    own.pointee.sin_addr.s_addr = address.bigEndian
                    own.pointee.sin_port = port.bigEndian
                }
            }
        }
        let port: UInt16? = withUnsafeMutablePointer(to: &storage) { start in
            start.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                guard Glibc.bind(descriptor, address, length) == 0, getsockname(descriptor, address, &length) == 0
                else { return nil }
                // Both kinds of address have the port in the same place.
                return start.withMemoryRebound(to: sockaddr_in.self, capacity: 1) {
                    UInt16(bigEndian: $0.pointee.sin_port)
                }
            }
        }
        guard let port else {
            close(descriptor)
            throw TestServerError("bind: \(errno)")
        }
        return (descriptor, port)
    }

    /// Accepts a connection; `nil` once the listening socket was shut down.
    static func accept(from listener: Int32) -> Int32? {
        let descriptor = Glibc.accept(listener, nil, nil)
        guard descriptor >= 0 else { return nil }
        keepFromChildren(descriptor)
        return descriptor
    }

    /// Has a descriptor closed in processes that are started from here.
    static func keepFromChildren(_ descriptor: Int32) {
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    }

    /// Connects to a port on IPv4 loopback.
    static func connect(port: UInt16) -> Int32? {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = loopback.bigEndian
        address.sin_port = port.bigEndian
        let code = withUnsafePointer(to: &address) { start in
            start.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard code == 0 else {
            close(descriptor)
            return nil
        }
        return descriptor
    }

    /// Sends all bytes; false if the peer is gone.
    static func send(_ bytes: some Collection<UInt8>, to descriptor: Int32) -> Bool {
        let bytes = Array(bytes)
        var sent = 0
        while sent < bytes.count {
            let count = bytes.withUnsafeBytes { buffer in
                Glibc.send(descriptor, buffer.baseAddress.map { $0 + sent }, buffer.count - sent, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return false }
            sent += count
        }
        return true
    }

    /// Waits for bytes and appends them; false at the end of the stream.
    static func receive(from descriptor: Int32, into buffer: inout [UInt8]) -> Bool {
        var part = [UInt8](repeating: 0, count: 16384)
        let count = recv(descriptor, &part, part.count, 0)
        guard count > 0 else { return false }
        buffer += part[..<count]
        return true
    }

    /// The peer will send no more, or is gone: `POLLRDHUP`, which is hidden behind `_GNU_SOURCE`.
    static let hungUp: Int32 = 0x2000
    /// There is something to read.
    static let readable = Int32(POLLIN)

    /// Waits until one of the descriptors is readable or hung up, but no longer than this; forever without a limit.
    ///
    /// - Returns: which of them are.
    static func wait(for descriptors: [(Int32, events: Int32)], milliseconds: Int32 = -1) -> [Bool] {
        var list = descriptors.map { pollfd(fd: $0.0, events: Int16($0.events), revents: 0) }
        _ = poll(&list, nfds_t(list.count), milliseconds)
        return list.map { $0.revents != 0 }
    }

    /// Says that nothing more will be sent, and reads what the peer still sends until it is gone too, but not for long. A
    /// close with unread bytes would send a reset instead, which may take away what the peer has not read yet.
    static func finish(_ descriptor: Int32) {
        shutdown(descriptor, Int32(SHUT_WR))
        var rest: [UInt8] = []
        while wait(for: [(descriptor, readable)], milliseconds: 2000)[0], receive(from: descriptor, into: &rest) {
            rest.removeAll(keepingCapacity: true)
        }
    }

    /// Makes the next close send a reset instead of an orderly end.
    static func resetOnClose(_ descriptor: Int32) {
        var option = linger(l_onoff: 1, l_linger: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
    }
}

/// A test server could not be started, or did not see in time what was waited for.
package struct TestServerError: Error, CustomStringConvertible {
    /// What went wrong.
    package let description: String

    init(_ description: String) {
        self.description = description
    }
}
