internal import Logging
internal import RedisClient
internal import Synchronization

/// Hands out the ids of jobs that change: one reading connection, for as long as somebody listens.
final class ChangeFeed: Sendable {
    private struct State {
        var subscribers: [UInt64: AsyncStream<JobID>.Continuation] = [:]
        var nextID: UInt64 = 0
        var reader: Task<Void, Never>?
    }

    /// What the reading task knows of the feed: not enough to keep it alive.
    private struct Reference: Sendable {
        weak let feed: ChangeFeed?

        init(_ feed: ChangeFeed) { self.feed = feed }
    }

    private let redis: RedisClient
    private let stream: String
    private let logger: Logger
    private let state = Mutex(State())

    init(redis: RedisClient, stream: String, logger: Logger) {
        self.redis = redis
        self.stream = stream
        self.logger = logger
    }

    deinit {
        state.withLock { $0.reader }?.cancel()
    }

    func subscribe() -> AsyncStream<JobID> {
        // A slow reader loses the oldest news: it reads the jobs again anyway.
        let (stream, continuation) = AsyncStream.makeStream(of: JobID.self, bufferingPolicy: .bufferingNewest(1_024))
        let id = state.withLock { state in
            state.nextID += 1
            state.subscribers[state.nextID] = continuation
            if state.reader == nil {
                let feed = Reference(self)
                state.reader = Task { await Self.read(for: feed) }
            }
            return state.nextID
        }
        continuation.onTermination = { [weak self] _ in self?.unsubscribe(id) }
        return stream
    }

    private func unsubscribe(_ id: UInt64) {
        let idle = state.withLock { state -> Task<Void, Never>? in
            state.subscribers[id] = nil
            guard state.subscribers.isEmpty else { return nil }
            defer { state.reader = nil }
            return state.reader
        }
        idle?.cancel()
    }

    private func publish(_ ids: [JobID]) {
        let subscribers = state.withLock { Array($0.subscribers.values) }
        for subscriber in subscribers {
            for id in ids { subscriber.yield(id) }
        }
    }

    /// Reads until the task is cancelled or the feed is gone; it holds the feed only for an instant at a time.
    private static func read(for reference: Reference) async {
        var last = "$"
        var backoff = Backoff()
        while !Task.isCancelled {
            guard let (redis, stream, logger) = reference.feed.map({ ($0.redis, $0.stream, $0.logger) }) else { return }
            do {
                let connection = try await redis.makeDedicatedConnection()
                // `$` means something else with each read, so the end is looked up once.
                if last == "$" { last = try await lastEntry(of: stream, connection) }
                while !Task.isCancelled {
                    let entries = try await entries(of: stream, after: last, connection)
                    backoff.reset()
                    guard let feed = reference.feed else { return }
                    if let newest = entries.last { last = newest.id }
                    feed.publish(entries.compactMap { $0.job })
                }
            } catch {
                guard !Task.isCancelled else { return }
                logger.debug("Cannot read the changes of jobs, trying again", metadata: [LogKey.reason: "\(error)"])
                // A server that has lost its data numbers its entries from its clock: nothing is missed for long.
                try? await Task.sleep(for: backoff.next())
            }
        }
    }

    private static func lastEntry(of stream: String, _ connection: RedisConnection) async throws(RedisError) -> String {
        let reply = try await connection.send(RedisCommand("XREVRANGE", stream, "+", "-", "COUNT", "1"))
        return reply.array?.first?.array?.first?.string ?? "0-0"
    }

    private static func entries(
        of stream: String,
        after id: String,
        _ connection: RedisConnection
    ) async throws(RedisError) -> [(id: String, job: JobID?)] {
        let command = RedisCommand("XREAD", "COUNT", "500", "BLOCK", "30000", "STREAMS", stream, id)
        let reply = try await connection.send(command, timeout: .blocking(.seconds(30)))
        let rows = reply.array?.first?.array?.last?.array ?? []
        return rows.compactMap { row in
            guard let parts = row.array, parts.count == 2, let id = parts[0].string else { return nil }
            return (id, parts[1].array?.last?.string.flatMap { JobID($0) })
        }
    }
}
