internal import Deliveries
internal import RedisClient

extension JobQueue {
    /// A job as it stands; `nil` if Redis does not hold it.
    package func job(_ id: JobID) async throws(JobQueueError) -> JobRecord? {
        try await jobs([id]).first ?? nil
    }

    /// Jobs as they stand, in one round trip: one answer for each id.
    package func jobs(_ ids: [JobID]) async throws(JobQueueError) -> [JobRecord?] {
        guard !ids.isEmpty else { return [] }
        let commands = ids.map { id in
            var command = RedisCommand("HMGET", key(of: id))
            for field in JobRecord.fields { command.append(field) }
            return command
        }
        var records: [JobRecord?] = []
        records.reserveCapacity(ids.count)
        for reply in try await send(commands) {
            guard let values = reply.array, let first = values.first else { throw .notUnderstood("HMGET") }
            guard !first.isNull else {
                records.append(nil)
                continue
            }
            guard let record = JobRecord(values) else { throw JobQueueError(.damaged, "a job's record cannot be read") }
            records.append(record)
        }
        return records
    }

    /// How many wait before a job, and itself; `nil` if it does not wait. Near the head it is exact; further back, jobs that
    /// were cancelled since are counted too.
    package func position(of id: JobID) async throws(JobQueueError) -> Int? {
        try await positions(of: [id]).first ?? nil
    }

    /// The same for many jobs, in one round trip.
    package func positions(of ids: [JobID]) async throws(JobQueueError) -> [Int?] {
        guard !ids.isEmpty else { return [] }
        let reply = try await run(JobScripts.position, ids.map { .text($0.text) })
        guard let values = reply.array, values.count == ids.count else { throw .notUnderstood("position") }
        return values.map { value in value.integer.flatMap { $0 > 0 ? Int($0) : nil } }
    }

    /// Jobs that Redis holds, the newest first.
    ///
    /// - Parameters:
    ///   - limit: The most to return.
    ///   - cursor: `next` of the page before; `nil` for the first.
    /// - Returns: A page, and where the next one begins; `nil` if this was the last. A page may be short, even empty, and not the last,
    ///   when few of many jobs match.
    package func list(
        _ query: JobQuery,
        limit: Int,
        cursor: String?
    ) async throws(JobQueueError) -> (jobs: [JobRecord], next: String?) {
        var found: [JobRecord] = []
        var upper = cursor.map { "(\($0)" } ?? query.until.map { "(\(Self.indexPrefix($0))" } ?? "+"
        let lower = query.since.map { "[\(Self.indexPrefix($0))" } ?? "-"
        for _ in 0..<10 {
            var command = RedisCommand(
                "ZRANGE",
                "\(configuration.prefix):index",
                upper,
                lower,
                "BYLEX",
                "REV",
                "LIMIT",
                "0"
            )
            command.append(200)
            let reply = try await send([command])
            guard let members = reply.first?.array?.compactMap(\.string) else { throw .notUnderstood("ZRANGE") }
            let ids = members.map { JobID($0.dropFirst(16)) }
            let records = try await jobs(ids.compactMap { $0 })
            var next = records.makeIterator()
            for (member, id) in zip(members, ids) {
                upper = "(\(member)"
                guard id != nil, let record = next.next(), let record, query.includes(record) else { continue }
                found.append(record)
                if found.count == limit { return (found, member) }
            }
            if members.count < 200 { return (found, nil) }
        }
        return (found, String(upper.dropFirst()))
    }

    /// The beginning of the index' members of one time: the scripts' `index_member`.
    private static func indexPrefix(_ time: Timestamp) -> String {
        let digits = String(max(time.milliseconds, 0))
        return String(repeating: "0", count: max(0, 15 - digits.utf8.count)) + digits
    }

    /// Ids of jobs that changed, from now on, of all queues. Some may be left out when the reader is slow or the connection
    /// breaks: read the job again after a while without news.
    package func changes() -> AsyncStream<JobID> { feed.subscribe() }

    /// Most jobs of a queue that run at once, over all workers; `nil`: no limit.
    package func limit(of name: QueueName) -> Int? { configuration.concurrency[name] }

    /// Whether a queue is paused.
    package func isPaused(_ name: QueueName) async throws(JobQueueError) -> Bool {
        let command = RedisCommand("HEXISTS", "\(configuration.prefix):queue:\(name.text)", "paused")
        return try await send([command]).first?.integer == 1
    }

    /// How long a run takes, as measured: of a product, or of the queue's jobs if the product has none yet or is `nil`. `nil`: none
    /// has been completed.
    package func averageDuration(
        of queue: QueueName,
        productID: String?
    ) async throws(JobQueueError) -> Duration? {
        let command = RedisCommand(
            "HMGET",
            "\(configuration.prefix):durations",
            "\(queue.text)|\(productID ?? "")",
            "\(queue.text)|"
        )
        guard let values = try await send([command]).first?.array, values.count == 2 else {
            throw .notUnderstood("HMGET")
        }
        return values.lazy.compactMap(\.integer).first.map { .milliseconds($0) }
    }

    func send(_ commands: [RedisCommand]) async throws(JobQueueError) -> [RedisValue] {
        do {
            let replies = try await redis.send(commands)
            for reply in replies { _ = try reply.throwingServerError() }
            return replies
        } catch {
            throw JobQueueError(error)
        }
    }
}
