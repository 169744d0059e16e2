internal import Deliveries
internal import Logging
internal import RedisClient

extension JobQueue {
    /// Cancels a job: at once if it waits; if it runs, its worker is asked to stop.
    ///
    /// - Parameter by: Who wants it, for the record and the event.
    package func cancel(_ id: JobID, by: String) async throws(JobQueueError) -> CancelJobAnswer {
        let reply = try await run(JobScripts.cancel, [.text(id.text), .text(by)])
        guard let parts = reply.array, let word = parts.first?.string else { throw .notUnderstood("cancel") }
        switch (word, parts.count) {
        case ("cancelled", 2): return .cancelled(try record(parts[1], "cancel"))
        case ("requested", 2): return .requested(try record(parts[1], "cancel"))
        case ("ended", 2): return .ended(try status(parts[1], "cancel"))
        case ("unknown", 1): return .notFound
        default: throw .notUnderstood("cancel")
        }
    }

    /// Runs a failed or cancelled job again, with all its tries.
    ///
    /// - Parameter by: Who wants it, for the log.
    package func retry(_ id: JobID, by: String) async throws(JobQueueError) -> RetryJobAnswer {
        let reply = try await run(JobScripts.retry, [.text(id.text), .number(Int64(configuration.capacity))])
        guard let parts = reply.array, let word = parts.first?.string else { throw .notUnderstood("retry") }
        switch (word, parts.count) {
        case ("queued", 2):
            logger.info("An ended job is queued again", metadata: [LogKey.job: "\(id)", LogKey.requestedBy: "\(by)"])
            return .queued(try record(parts[1], "retry"))
        case ("running", 2): return .notEnded(try status(parts[1], "retry"))
        case ("completed", 1): return .completed
        case ("expired", 1): return .expired
        case ("full", 1): return .full(limit: configuration.capacity)
        case ("unknown", 1): return .notFound
        default: throw .notUnderstood("retry")
        }
    }

    /// All queues that ever got a job or were paused, by name.
    package func queues() async throws(JobQueueError) -> [QueueStatistics] {
        let workers = try await workers()
        let reply = try await run(JobScripts.queues, [])
        guard let rows = reply.array else { throw .notUnderstood("queues") }
        var statistics: [QueueStatistics] = []
        for row in rows {
            guard let values = row.array, values.count == 9, let name = values[0].string.flatMap({ QueueName($0) })
            else {
                throw .notUnderstood("queues")
            }
            let numbers = values[1...7].map { Int($0.integer ?? 0) }
            var queue = QueueStatistics(name: name)
            queue.isPaused = numbers[0] == 1
            queue.waiting = numbers[1]
            queue.active = numbers[2]
            queue.delayed = numbers[3]
            queue.completed = numbers[4]
            queue.failed = numbers[5]
            queue.cancelled = numbers[6]
            queue.oldestWaitingSince = values[8].integer.map { Timestamp(milliseconds: $0) }
            queue.workers = workers.count { $0.queues.contains(name) }
            statistics.append(queue)
        }
        return statistics
    }

    /// Gives out no more jobs of a queue. Those that run go on; new ones are taken in.
    package func pause(_ queue: QueueName) async throws(JobQueueError) {
        _ = try await run(JobScripts.pause, [.text(queue.text), .text("1")])
    }

    /// Ends ``pause(_:)``.
    package func resume(_ queue: QueueName) async throws(JobQueueError) {
        _ = try await run(JobScripts.pause, [.text(queue.text), .text("0")])
    }

    /// Removes ended jobs from Redis; their permanent records stay.
    ///
    /// - Parameters:
    ///   - status: `completed`, `failed` or `cancelled`; nothing is removed for another.
    ///   - olderThan: How long ago they must have ended.
    ///   - limit: The most to remove.
    /// - Returns: How many were removed.
    package func clean(
        _ queue: QueueName,
        status: JobStatus,
        olderThan: Duration,
        limit: Int
    ) async throws(JobQueueError) -> Int {
        guard status.isEnd else { return 0 }
        let reply = try await run(
            JobScripts.clean,
            [.text(queue.text), .text(status.rawValue), .duration(olderThan), .number(Int64(max(limit, 0)))]
        )
        guard let count = reply.integer else { throw .notUnderstood("clean") }
        return Int(count)
    }

    /// The workers that have given a sign of life lately.
    package func workers() async throws(JobQueueError) -> [WorkerRecord] {
        guard let rows = try await run(JobScripts.workers, []).array else { throw .notUnderstood("workers") }
        var records: [WorkerRecord] = []
        for row in rows {
            let values = row.array?.map { $0.string ?? "" } ?? []
            guard values.count == 9, let state = WorkerRecord.State(rawValue: values[1]),
                let concurrency = Int(values[3]),
                let startedAt = Int64(values[5]), let lastBeatAt = Int64(values[6])
            else { throw .notUnderstood("workers") }
            var usage: WorkerUsage?
            if let processor = Int64(values[7]), let memory = Int64(values[8]) {
                usage = WorkerUsage(processorMilliseconds: processor, memoryBytes: memory)
            }
            records.append(
                WorkerRecord(
                    name: values[0],
                    state: state,
                    queues: values[2].split(separator: ",").compactMap { QueueName($0) },
                    concurrency: concurrency,
                    currentJobs: values[4].split(separator: ",").compactMap { JobID($0) },
                    startedAt: Timestamp(milliseconds: startedAt),
                    lastBeatAt: Timestamp(milliseconds: lastBeatAt),
                    usage: usage
                )
            )
        }
        return records.sorted { $0.name < $1.name }
    }

    private func status(_ value: RedisValue, _ script: String) throws(JobQueueError) -> JobStatus {
        guard let status = value.string.flatMap({ JobStatus(rawValue: $0) }) else { throw .notUnderstood(script) }
        return status
    }
}
