import Synchronization

/// A count that only grows, and tasks that wait for it to get somewhere.
package final class Milestones: Sendable {
    private struct State {
        var reached = 0
        var nextID = 0
        var waiting: [Int: (count: Int, continuation: CheckedContinuation<Bool, Never>)] = [:]
    }

    private let state = Mutex(State())

    /// Starts at zero.
    package init() {}

    /// Says that the count is now at least this.
    package func reach(_ count: Int) {
        advance { max($0, count) }
    }

    /// Adds to the count.
    package func add(_ count: Int) {
        advance { $0 + count }
    }

    private func advance(_ next: (Int) -> Int) {
        let ready = state.withLock { state in
            state.reached = next(state.reached)
            let ready = state.waiting.filter { $0.value.count <= state.reached }
            for id in ready.keys { state.waiting[id] = nil }
            return ready.values.map(\.continuation)
        }
        for continuation in ready { continuation.resume(returning: true) }
    }

    /// Waits until the count has got this far.
    ///
    /// - Throws: ``TestServerError`` if it has not in this time, or if the task was cancelled before.
    package func wait(for count: Int, within limit: Duration = .seconds(10)) async throws {
        let id = state.withLock { state in
            state.nextID += 1
            return state.nextID
        }
        let isReached = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isThere = state.withLock { state in
                    guard state.reached < count else { return true }
                    state.waiting[id] = (count, continuation)
                    return false
                }
                if isThere { return continuation.resume(returning: true) }
                // It may have been cancelled before there was anything to give up.
                if Task.isCancelled { return giveUp(id) }
                // Outlives the wait if that ends in time, and finds nothing to give up then.
                Task {
                    try await Task.sleep(for: limit)
                    giveUp(id)
                }
            }
        } onCancel: {
            giveUp(id)
        }
        guard isReached else {
            throw TestServerError("waited \(limit) for \(count), had \(state.withLock { $0.reached })")
        }
    }

    private func giveUp(_ id: Int) {
        state.withLock { $0.waiting.removeValue(forKey: id) }?.continuation.resume(returning: false)
    }
}
