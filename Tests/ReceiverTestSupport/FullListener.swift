import Glibc

/// A listening socket on loopback whose queue is full, so that a new connection neither stands nor fails.
package final class FullListener: Sendable {
    /// The port.
    package let port: UInt16
    private let descriptors: [Int32]

    /// Fills the queue of a new socket.
    package init() throws {
        let (listener, port) = try Socket.listen(onIPv6: false)
        // The queue of a socket that listens again with no backlog holds one connection.
        listen(listener, 0)
        self.port = port
        descriptors = [listener] + (0..<1).compactMap { _ in Socket.connect(port: port) }
    }

    deinit {
        for descriptor in descriptors { close(descriptor) }
    }

    /// `http://127.0.0.1:PORT/`
    package var url: String { "http://127.0.0.1:\(port)/" }
}
