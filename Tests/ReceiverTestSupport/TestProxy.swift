import Foundation
import Glibc
import Synchronization

/// A proxy on loopback that makes tunnels (CONNECT) to ports of loopback, whatever host is named, and remembers what it was
/// asked for. It stops when the last reference goes.
package final class TestProxy: Sendable {
    /// The port.
    package let port: UInt16
    private let core: ProxyCore

    /// Starts a proxy.
    ///
    /// - Parameter status: what it answers CONNECT with; other than 200, it makes no tunnel.
    package init(status: Int = 200) throws {
        let (descriptor, port) = try Socket.listen(onIPv6: false)
        self.port = port
        core = ProxyCore(listener: descriptor, status: status)
        Thread.detachNewThread { [core] in core.acceptConnections() }
    }

    deinit {
        core.stop()
    }

    /// `http://127.0.0.1:PORT`
    package var url: String { "http://127.0.0.1:\(port)" }

    /// The `host:port` of the tunnels that were asked for.
    package var tunnels: [String] { core.tunnels }
}

private final class ProxyCore: Sendable {
    private let listener: Int32
    private let status: Int
    private let asked = Mutex<[String]>([])

    init(listener: Int32, status: Int) {
        self.listener = listener
        self.status = status
    }

    deinit {
        close(listener)
    }

    var tunnels: [String] { asked.withLock { $0 } }

    func stop() {
        shutdown(listener, Int32(SHUT_RDWR))
    }

    func acceptConnections() {
        while let client = Socket.accept(from: listener) {
            Thread.detachNewThread { [self] in
                serve(client)
                close(client)
            }
        }
    }

    private func serve(_ client: Int32) {
        var buffer: [UInt8] = []
        while !buffer.suffix(4).elementsEqual("\r\n\r\n".utf8) {
            guard Socket.receive(from: client, into: &buffer) else { return }
        }
        let target =
            String(decoding: buffer, as: UTF8.self).split(separator: " ").dropFirst().first.map(String.init) ?? ""
        asked.withLock { $0.append(target) }
        guard status == 200, let port = target.split(separator: ":").last.flatMap({ UInt16($0) }),
            let server = Socket.connect(port: port)
        else {
            _ = Socket.send(
                Array("HTTP/1.1 \(status == 200 ? 502 : status) No\r\nContent-Length: 0\r\n\r\n".utf8),
                to: client
            )
            return
        }
        defer { close(server) }
        guard Socket.send(Array("HTTP/1.1 200 Connected\r\nX-Proxy: 1\r\n\r\n".utf8), to: client) else { return }
        relay(client, server)
    }

    private func relay(_ client: Int32, _ server: Int32) {
        while true {
            let ready = Socket.wait(for: [(client, Socket.readable), (server, Socket.readable)])
            for (isReady, source, sink) in [(ready[0], client, server), (ready[1], server, client)] where isReady {
                var part: [UInt8] = []
                guard Socket.receive(from: source, into: &part), Socket.send(part, to: sink) else { return }
            }
        }
    }
}
