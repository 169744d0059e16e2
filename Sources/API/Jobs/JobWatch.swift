import JobQueue
import ServiceLifecycle
import Synchronization

/// Tells those who wait for a job that it has changed: one reader of all changes, and a wake-up for each who waits for that
/// job.
final class JobWatch: Service {
    private struct State {
        var waiting: [JobID: [Int: AsyncStream<JobSubscription.Wake>.Continuation]] = [:]
        var count = 0
        var countOfCallers: [String: Int] = [:]
        var nextToken = 0
    }

    private let changes: @Sendable () -> AsyncStream<JobID>
    /// Who may wait at once; half of them for one caller.
    private let limit: Int
    private let state = Mutex(State())

    init(limit: Int, changes: @escaping @Sendable () -> AsyncStream<JobID>) {
        self.limit = limit
        self.changes = changes
    }

    /// Passes changes on until shutdown.
    func run() async throws {
        let changes = changes()
        await cancelWhenGracefulShutdown {
            for await id in changes { self.wake(id) }
        }
        // The source may end before the process does; that is no reason to stop the process.
        try? await gracefulShutdown()
    }

    /// Begins to wait for changes of a job; `nil` when too many wait already, or too many of this caller: nobody can keep all others from
    /// waiting. Look at the job only after this, and again
    /// after each wake-up: wake-ups that come while nobody looks are one.
    func subscribe(to id: JobID, by caller: String) -> JobSubscription? {
        let (wakes, continuation) = AsyncStream.makeStream(
            of: JobSubscription.Wake.self,
            bufferingPolicy: .bufferingNewest(1)
        )
        let token: Int? = state.withLock { state in
            let own = state.countOfCallers[caller, default: 0]
            guard state.count < limit, own < max(1, limit / 2) else { return nil }
            state.count += 1
            state.countOfCallers[caller] = own + 1
            state.nextToken += 1
            state.waiting[id, default: [:]][state.nextToken] = continuation
            return state.nextToken
        }
        guard let token else { return nil }
        return JobSubscription(wakes, continuation) { [weak self] in self?.end(id, token, caller) }
    }

    /// Who waits at the moment.
    var count: Int { state.withLock { $0.count } }

    private func wake(_ id: JobID) {
        let continuations = state.withLock { $0.waiting[id].map { Array($0.values) } ?? [] }
        for continuation in continuations { continuation.yield(.change) }
    }

    private func end(_ id: JobID, _ token: Int, _ caller: String) {
        let continuation = state.withLock { state in
            let continuation = state.waiting[id]?.removeValue(forKey: token)
            if continuation != nil {
                state.count -= 1
                let own = state.countOfCallers[caller, default: 1] - 1
                state.countOfCallers[caller] = own > 0 ? own : nil
            }
            if state.waiting[id]?.isEmpty == true { state.waiting[id] = nil }
            return continuation
        }
        continuation?.finish()
    }
}
