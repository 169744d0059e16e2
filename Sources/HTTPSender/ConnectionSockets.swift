/// The sockets of open connections, found by what libcurl tells of a connection that is about to be used: its two ends.
///
/// A receiver may say something on a connection that is kept and has no request on it: the rest of a body that is longer
/// than it was declared, or an answer to nothing. libcurl before 8.0 takes such a connection for a good one and what was
/// said for the answer to the next request.
///
/// The look costs one `recv` for each request on a connection that was used before, a microsecond, and nothing on a new one.
/// libcurl has polled the socket just before, but tells nobody what it saw.
final class ConnectionSockets {
    /// The two ends of a connection.
    struct Ends: Hashable {
        /// The port of this end.
        var ownPort: Int32
        /// The address of the other end, as libcurl writes it.
        var peer: String
        /// The port of the other end.
        var peerPort: Int32
    }

    private var sockets: [Ends: Int32] = [:]
    private var ends: [Int32: Ends] = [:]

    /// The socket between two ends; `nil` if it is not known, or not to be looked at.
    subscript(between: Ends) -> Int32? { sockets[between] }

    /// Takes in the socket of a new connection.
    func opened(_ socket: Int32, between ends: Ends) {
        closed(socket)
        sockets[ends] = socket
        self.ends[socket] = ends
    }

    /// Forgets the socket between two ends: what comes on it unasked is in order, as with HTTP/2.
    func forget(_ ends: Ends) {
        guard let socket = sockets.removeValue(forKey: ends) else { return }
        self.ends[socket] = nil
    }

    /// Forgets a socket that is about to be closed.
    func closed(_ socket: Int32) {
        guard let ends = ends.removeValue(forKey: socket), sockets[ends] == socket else { return }
        sockets[ends] = nil
    }
}
