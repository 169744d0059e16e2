import ServiceLifecycle
import Synchronization

/// One who waits for changes of a job. It ends with ``follow(for:every:_:)``, or when it is let go of.
final class JobSubscription: Sendable {
    /// Why to look at the job.
    enum Wake: Sendable {
        /// It changed.
        case change
        /// Nothing was heard for a while. A change can be lost, so it is time to look.
        case silence
    }

    private let wakes: AsyncStream<Wake>
    private let continuation: AsyncStream<Wake>.Continuation
    private let onEnd: @Sendable () -> Void
    private let hasEnded = Atomic(false)

    /// Begins to wait.
    ///
    /// - Parameter onEnd: called once, when nobody waits any longer.
    init(
        _ wakes: AsyncStream<Wake>,
        _ continuation: AsyncStream<Wake>.Continuation,
        onEnd: @escaping @Sendable () -> Void
    ) {
        self.wakes = wakes
        self.continuation = continuation
        self.onEnd = onEnd
    }

    deinit { end() }

    private func end() {
        guard !hasEnded.exchange(true, ordering: .relaxed) else { return }
        onEnd()
    }

    /// Ends ``follow(for:every:_:)`` before its time: whoever waits has gone.
    func stop() { continuation.finish() }

    /// Calls `look` at once, after each change, and every `interval`; until it says that it has seen enough, the time is up,
    /// or the process is to stop. To be called once.
    ///
    /// - Parameter look: answers whether to go on.
    @concurrent func follow(
        for duration: Duration,
        every interval: Duration,
        _ look: @concurrent (Wake) async throws -> Bool
    ) async throws {
        // Whoever holds it may do so until the next request of a connection.
        defer { end() }
        let continuation = continuation
        try await withGracefulShutdownHandler {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    let deadline = ContinuousClock.now + duration
                    while ContinuousClock.now + interval < deadline {
                        try await Task.sleep(for: interval)
                        continuation.yield(.silence)
                    }
                    try await Task.sleep(until: deadline, clock: .continuous)
                    continuation.finish()
                }
                defer { group.cancelAll() }
                guard try await look(.change) else { return }
                for await wake in wakes {
                    guard try await look(wake) else { return }
                }
            }
        } onGracefulShutdown: {
            continuation.finish()
        }
    }
}
