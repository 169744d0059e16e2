internal import RedisClient

/// Reads the stream of ended jobs over a connection of its own, since it waits there.
actor ArchiveReader {
    private static let group = "ledger"
    private let redis: RedisClient
    private let stream: String
    private var connection: RedisConnection?
    /// The consumers that have read nothing which they have not acknowledged.
    private var caughtUp: Set<String> = []

    init(redis: RedisClient, stream: String) {
        self.redis = redis
        self.stream = stream
    }

    func read(consumer: String, count: Int, block: Duration) async throws(JobQueueError) -> [EndedJob] {
        do {
            let stream = try await connected().stream(stream)
            do {
                return try await read(stream, consumer, count, block)
            } catch let error where error.isMissingGroup {
                // From the beginning: what was archived is deleted, so all that is there is still to do.
                try await stream.createGroup(Self.group)
                return try await read(stream, consumer, count, block)
            }
        } catch {
            // Whatever it was: what was read and not acknowledged is read again, over a new connection.
            connection = nil
            caughtUp = []
            throw JobQueueError(error)
        }
    }

    func acknowledge(_ ids: [String]) async throws(JobQueueError) {
        do {
            try await redis.stream(stream).acknowledgeAndDelete(ids, group: Self.group)
        } catch {
            caughtUp = []
            throw JobQueueError(error)
        }
    }

    private func connected() async throws(RedisError) -> RedisConnection {
        if let connection { return connection }
        let made = try await redis.makeDedicatedConnection()
        connection = made
        return made
    }

    private func read(
        _ stream: RedisStream,
        _ consumer: String,
        _ count: Int,
        _ block: Duration
    ) async throws(RedisError) -> [EndedJob] {
        if !caughtUp.contains(consumer) {
            let entries = try await stream.readGroup(
                Self.group,
                consumer: consumer,
                count: count,
                from: .pending(after: "0")
            )
            guard entries.isEmpty else { return entries.map(Self.ended) }
            caughtUp.insert(consumer)
        }
        let entries = try await stream.readGroup(Self.group, consumer: consumer, count: count, block: block)
        // Whoever took these may fail with them, and is given them again.
        if !entries.isEmpty { caughtUp.remove(consumer) }
        return entries.map(Self.ended)
    }

    private static func ended(_ entry: RedisStreamEntry) -> EndedJob {
        EndedJob(entryID: entry.id, job: JobRecord(entry))
    }
}
