/// Those who read a client's states.
struct StateWatchers {
    typealias Watcher = AsyncStream<RedisClientState>.Continuation

    private var watchers: [UInt64: Watcher] = [:]
    private var nextID: UInt64 = 0

    mutating func add(_ watcher: Watcher) -> UInt64 {
        nextID += 1
        watchers[nextID] = watcher
        return nextID
    }

    mutating func remove(_ id: UInt64) { watchers[id] = nil }

    func tell(_ state: RedisClientState) {
        for watcher in watchers.values { watcher.yield(state) }
    }

    /// - Returns: Those to be finished.
    mutating func removeAll() -> [Watcher] {
        defer { watchers = [:] }
        return Array(watchers.values)
    }
}
