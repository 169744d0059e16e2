/// Those who read a client's states.
struct StateWatchers {
    typealias Watcher = AsyncStream<RedisClientState>.Continuation

    private var watchers: [Watcher] = []

    mutating func add(_ watcher: Watcher) { watchers.append(watcher) }

    /// Tells all of them, and forgets those who have stopped reading.
    ///
    /// That is learnt here and not from the stream's end: whoever cancels a reader holds a lock of its task then, which telling it needs too.
    mutating func tell(_ state: RedisClientState) {
        watchers.removeAll { watcher in
            if case .terminated = watcher.yield(state) { true } else { false }
        }
    }

    /// - Returns: Those to be finished.
    mutating func removeAll() -> [Watcher] {
        defer { watchers = [] }
        return watchers
    }
}
