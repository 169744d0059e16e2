import Glibc

/// A port of IPv4 loopback on which nobody listens and nobody can: it is held by a socket that takes no connections.
package final class ClosedPort: Sendable {
    /// The port.
    package let port: UInt16
    private let descriptor: Int32

    /// Takes a free port.
    package init() throws {
        (descriptor, port) = try Socket.bind()
    }

    deinit {
        close(descriptor)
    }

    /// `http://127.0.0.1:PORT/`
    package var url: String { "http://127.0.0.1:\(port)/" }
}
