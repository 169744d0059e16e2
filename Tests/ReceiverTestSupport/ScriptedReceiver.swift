import Foundation
import Glibc
import Synchronization

/// An HTTP/1.1 receiver on loopback that does what a test tells it to, down to the byte. Every connection has a thread of
/// its own, so that a script may block.
///
/// It stops when the last reference goes, or with ``stop()``.
package final class ScriptedReceiver: Sendable {
    /// Decides what a request is answered with.
    package typealias Handler = @Sendable (ReceivedRequest) -> ScriptedAnswer

    private let core: ReceiverCore
    /// The port.
    package let port: UInt16

    /// Starts a receiver.
    ///
    /// - Parameters:
    ///   - onIPv6: whether it listens on ::1 instead of `address`.
    ///   - address: an IPv4 address of this host, 127.0.0.1 if none is given.
    ///   - port: the port, or 0 for a free one.
    ///   - connections: what is done with every connection.
    ///   - handler: what is done with a request.
    package init(
        onIPv6: Bool = false,
        address: UInt32 = 0x7F00_0001,
        port: UInt16 = 0,
        connections: ConnectionScript = .serve,
        handler: @escaping Handler = { _ in .status(204) }
    ) throws {
        let (descriptor, port) = try Socket.listen(onIPv6: onIPv6, address: address, port: port)
        self.port = port
        core = ReceiverCore(listener: descriptor, script: connections, handler: handler)
        Thread.detachNewThread { [core] in core.acceptConnections() }
    }

    deinit {
        core.stop()
    }

    /// Closes every connection and accepts no more.
    package func stop() {
        core.stop()
    }

    /// `http://127.0.0.1:PORT` and a path.
    package func url(_ path: String = "/") -> String {
        "http://127.0.0.1:\(port)\(path)"
    }

    /// The requests that were read whole, in the order in which they were.
    package var requests: [ReceivedRequest] {
        core.requests
    }

    /// How many connections were accepted.
    package var connectionCount: Int {
        core.connectionCount
    }

    /// Waits until this many requests were read, and returns all there are.
    ///
    /// - Throws: ``TestServerError`` if they have not come in this time.
    package func waitForRequests(_ count: Int, within limit: Duration = .seconds(10)) async throws -> [ReceivedRequest]
    {
        try await core.arrivals.wait(for: count, within: limit)
        return core.requests
    }

    /// Waits until this many connections were accepted.
    ///
    /// - Throws: ``TestServerError`` if they have not come in this time.
    package func waitForConnections(_ count: Int, within limit: Duration = .seconds(10)) async throws {
        try await core.accepted.wait(for: count, within: limit)
    }
}

/// What the threads of a receiver share; it outlives the receiver until the last of them has ended.
final class ReceiverCore: Sendable {
    private struct State {
        var requests: [ReceivedRequest] = []
        var connectionCount = 0
        var isStopped = false
        /// The descriptors of open connections. A thread takes its own out before it closes it, so that a number that is
        /// here is never somebody else's.
        var open: Set<Int32> = []
    }

    private let state = Mutex(State())
    private let listener: Int32
    private let script: ConnectionScript
    private let handler: ScriptedReceiver.Handler
    let arrivals = Milestones()
    let accepted = Milestones()

    init(
        listener: Int32,
        script: ConnectionScript,
        handler: @escaping ScriptedReceiver.Handler
    ) {
        self.listener = listener
        self.script = script
        self.handler = handler
    }

    deinit {
        close(listener)
    }

    var requests: [ReceivedRequest] { state.withLock { $0.requests } }
    var connectionCount: Int { state.withLock { $0.connectionCount } }

    func stop() {
        state.withLock { state in
            state.isStopped = true
            // Wakes the threads that wait in accept, recv and poll.
            shutdown(listener, Int32(SHUT_RDWR))
            for descriptor in state.open { shutdown(descriptor, Int32(SHUT_RDWR)) }
        }
    }

    func acceptConnections() {
        while true {
            guard let descriptor = Socket.accept(from: listener) else { return }
            let number: Int? = state.withLock { state in
                guard !state.isStopped else { return nil }
                defer { state.connectionCount += 1 }
                state.open.insert(descriptor)
                return state.connectionCount
            }
            guard let number else {
                close(descriptor)
                return
            }
            accepted.reach(number + 1)
            Thread.detachNewThread { [self] in
                serve(descriptor, number: number)
                state.withLock { _ = $0.open.remove(descriptor) }
                close(descriptor)
            }
        }
    }

    private func serve(_ descriptor: Int32, number: Int) {
        let connection = ReceiverConnection(descriptor: descriptor, number: number)
        switch script {
        case .close: return
        case .ignore: _ = connection.perform(ScriptedAnswer(.hang))
        case .speakFirst(let answer): _ = connection.perform(answer)
        case .readSlowly(let pause): connection.readSlowly(pause: pause)
        case .http2(let answer) where connection.speaksHTTP2():
            if connection.waitForHTTP2Request() { _ = connection.perform(answer.then(.hang)) }
        case .resetAfterHead: _ = connection.nextRequest(resettingAfterHead: true)
        case .serve, .http2:
            while let request = connection.nextRequest(resettingAfterHead: false) {
                let count = state.withLock { state in
                    state.requests.append(request)
                    return state.requests.count
                }
                arrivals.reach(count)
                guard connection.perform(handler(request)) else { return }
            }
        }
    }
}
