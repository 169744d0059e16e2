import CCurl
import Deliveries
import FaultPoints
import Glibc

// What libcurl calls during a transfer, always on the sender's thread. The context is the `Transfer`, which is alive as
// long as its handle is in use. The callbacks record what they saw; what it means is decided when the transfer has ended.

/// Takes one header line. Returning another number than that of the bytes ends the transfer.
func receiveHeaderLine(
    _ bytes: UnsafeMutablePointer<CChar>?,
    _ size: Int,
    _ count: Int,
    _ context: UnsafeMutableRawPointer?
) -> Int {
    guard let bytes = unsafe bytes, let context = unsafe context else { return 0 }
    let transfer = unsafe Transfer.of(context: context)
    let line = unsafe UnsafeRawBufferPointer(start: bytes, count: size * count)
    FaultPoint.answerBegun.reached()
    if transfer.exchange.firstLine == nil { transfer.exchange.firstLine = .now }
    unsafe transfer.exchange.head.take(line, keep: transfer.configuration.headersKept)
    guard transfer.exchange.head.totalBytes <= transfer.configuration.headersLimit else {
        transfer.exchange.stoppedAt = .headers
        return 0
    }
    return line.count
}

/// Takes a part of the body: keeps the beginning, counts the rest, ends the transfer at the limit.
func receiveBody(_ bytes: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int, _ context: UnsafeMutableRawPointer?)
    -> Int
{
    guard let bytes = unsafe bytes, let context = unsafe context else { return 0 }
    let transfer = unsafe Transfer.of(context: context)
    let part = unsafe UnsafeRawBufferPointer(start: bytes, count: size * count)
    let room = transfer.configuration.bodyKept - transfer.exchange.body.count
    if room > 0 { unsafe transfer.exchange.body.append(contentsOf: part.prefix(room)) }
    transfer.exchange.bodyLength += part.count
    guard transfer.exchange.bodyLength <= transfer.configuration.bodyLimit else {
        transfer.exchange.stoppedAt = .body
        return 0
    }
    return part.count
}

/// Opens the socket for an address, if the policy lets it be dialled. libcurl goes on to the next address of the host
/// otherwise, which is judged in its turn.
func openSocket(
    _ context: UnsafeMutableRawPointer?,
    _ purpose: curlsocktype,
    _ target: UnsafeMutablePointer<curl_sockaddr>?
) -> curl_socket_t {
    guard let context = unsafe context, let target = unsafe target else { return -1 }
    let transfer = unsafe Transfer.of(context: context)
    guard transfer.mayBeSentNow() else { return -1 }
    if !transfer.peerIsProxy {
        guard let address = unsafe IPAddress(target) else {
            transfer.exchange.refusal = "the host has an address that is neither IPv4 nor IPv6"
            return -1
        }
        if case .refused(let reason) = transfer.verdict(for: address) {
            transfer.exchange.refusal = reason
            return -1
        }
    }
    FaultPoint.senderConnecting.reached()
    let type = unsafe target.pointee.socktype | Int32(SOCK_CLOEXEC.rawValue)
    let socket = unsafe socket(target.pointee.family, type, target.pointee.protocol)
    guard socket >= 0 else {
        let code = errno
        transfer.exchange.socketTrouble = unsafe String(cString: strerror(code))
        transfer.exchange.isOutOfSockets = [EMFILE, ENFILE, ENOBUFS, ENOMEM].contains(code)
        return -1
    }
    transfer.exchange.sockets.append(socket)
    return socket
}

/// Closes a socket. The context is the ``ConnectionSockets``.
func closeSocket(_ context: UnsafeMutableRawPointer?, _ socket: curl_socket_t) -> Int32 {
    if let context = unsafe context {
        unsafe Unmanaged<ConnectionSockets>.fromOpaque(context).takeUnretainedValue().closed(socket)
    }
    return close(socket)
}

/// The last look before the request is sent: the peer of a connection that was kept open for another request is judged by
/// the policy of this one.
func judgeConnection(
    _ context: UnsafeMutableRawPointer?,
    _ peer: UnsafeMutablePointer<CChar>?,
    _ own: UnsafeMutablePointer<CChar>?,
    _ peerPort: Int32,
    _ ownPort: Int32
) -> Int32 {
    guard let context = unsafe context, let peer = unsafe peer else { return CURL_PREREQFUNC_ABORT }
    let transfer = unsafe Transfer.of(context: context)
    guard transfer.mayBeSentNow() else { return CURL_PREREQFUNC_ABORT }
    let text = unsafe String(cString: peer)
    let known = transfer.lastPeer.flatMap { $0.text == text && $0.port == peerPort ? $0 : nil }
    guard let peer = known ?? Peer(text: text, port: peerPort) else {
        transfer.exchange.refusal = "the connection's address is neither IPv4 nor IPv6"
        return CURL_PREREQFUNC_ABORT
    }
    if !transfer.peerIsProxy, case .refused(let reason) = transfer.verdict(for: peer.address) {
        // A connection that was kept from a request with other rights: a new one may lead to another address of the host.
        // Only HTTP/1.1's is closed by this, so that the next try finds another.
        if transfer.exchange.sockets.isEmpty, transfer.speaksHTTP1Only { transfer.exchange.wasSpoilt = true }
        transfer.exchange.refusal = reason
        return CURL_PREREQFUNC_ABORT
    }
    guard !transfer.isSpoilt(between: .init(ownPort: ownPort, peer: peer.text, peerPort: peer.port)) else {
        return CURL_PREREQFUNC_ABORT
    }
    transfer.lastPeer = peer
    transfer.exchange.remoteAddress = peer.shown
    transfer.exchange.passes += 1
    FaultPoint.senderConnected.reached()
    return CURL_PREREQFUNC_OK
}

extension IPAddress {
    /// The address in a socket address that is about to be dialled; `nil` if it is of another family.
    fileprivate init?(_ target: UnsafeMutablePointer<curl_sockaddr>) {
        // The socket address follows in place: libcurl leaves room for the largest kind (`sockaddr_storage`).
        let bytes = unsafe withUnsafePointer(to: &target.pointee.addr) { start in
            unsafe UnsafeRawBufferPointer(start: start, count: Int(target.pointee.addrlen))
        }
        switch unsafe target.pointee.family {
        case AF_INET where bytes.count >= 8: unsafe self.init(octets: bytes[4..<8])
        case AF_INET6 where bytes.count >= 24: unsafe self.init(octets: bytes[8..<24])
        default: return nil
        }
    }
}
