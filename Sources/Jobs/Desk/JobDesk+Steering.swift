package import JobQueue
import Ledger
import Logging
import Telemetry

extension JobDesk {
    /// Cancels a job: one that waits at once, one that runs as soon as its worker stops.
    ///
    /// One that waits for Redis cannot be cancelled before it is there: its end is an event, and that needs Redis.
    package func cancel(_ id: JobID, by: String) async throws(JobsError) -> CancelJobAnswer {
        let answer = try await changing { () throws(JobQueueError) in try await queue.cancel(id, by: by) }
        guard answer == .notFound else { return answer }
        switch try await remembered(id) {
        case .spooled: return .onItsWay
        case .ended(let status): return .ended(status)
        case .unknown: return .notFound
        }
    }

    /// Puts a failed or cancelled job into its queue again.
    package func retry(_ id: JobID, by: String) async throws(JobsError) -> RetryJobAnswer {
        let answer = try await changing { () throws(JobQueueError) in try await queue.retry(id, by: by) }
        // Without the note, look-ups tell of its last end while Redis is away: no reason to say that it was not queued.
        if case .queued(let job) = answer { try? await archive.reopen(id.text, endedBy: job.updatedAt) }
        guard answer == .notFound else { return answer }
        switch try await remembered(id) {
        case .spooled: return .notEnded(.queued)
        case .ended(.completed): return .completed
        // Its payload went with Redis' record of it.
        case .ended: return .expired
        case .unknown: return .notFound
        }
    }

    /// How the queues stand: those that are configured, and those that ever had a job.
    package func queues() async throws(JobsError) -> [QueueStatistics] {
        var found = try await asking { () throws(JobQueueError) in try await queue.queues() }
        let unused = configuredQueues.filter { name in !found.contains { $0.name == name } }
        let workers = unused.isEmpty ? [] : try await workers()
        for name in unused {
            var statistics = QueueStatistics(name: name)
            statistics.workers = workers.count { $0.queues.contains(name) }
            found.append(statistics)
        }
        return found.sorted { $0.name < $1.name }
    }

    package func pause(_ name: QueueName, by: String) async throws(JobsError) {
        try await changing { () throws(JobQueueError) in try await queue.pause(name) }
        tell("A queue is paused", name, by)
    }

    package func resume(_ name: QueueName, by: String) async throws(JobsError) {
        try await changing { () throws(JobQueueError) in try await queue.resume(name) }
        tell("A queue is resumed", name, by)
    }

    private func tell(_ what: Logger.Message, _ name: QueueName, _ by: String, count: Int? = nil) {
        logger.info(
            what,
            metadata: Logger.Metadata([
                .queue: "\(name)", .requestedBy: "\(by)", .count: count.map { .stringConvertible($0) },
            ])
        )
    }

    /// Forgets ended jobs in Redis, once the ledger has them: its record stays.
    ///
    /// - Returns: how many were forgotten.
    package func clean(
        _ name: QueueName,
        status: JobStatus,
        olderThan: Duration,
        limit: Int,
        by: String
    ) async throws(JobsError) -> Int {
        let count = try await changing { () throws(JobQueueError) in
            try await queue.clean(name, status: status, olderThan: olderThan, limit: limit)
        }
        tell("Ended jobs of a queue are forgotten in Redis", name, by, count: count)
        return count
    }

    /// The workers whose heartbeat is recent.
    package func workers() async throws(JobsError) -> [WorkerRecord] {
        try await asking { () throws(JobQueueError) in try await queue.workers() }
    }

    /// Ids of jobs that change, from now on; lossy.
    package func changes() -> AsyncStream<JobID> { queue.changes() }

    private enum Memory {
        case spooled
        case ended(JobStatus)
        case unknown
    }

    /// What the ledger knows of a job that Redis does not.
    private func remembered(_ id: JobID) async throws(JobsError) -> Memory {
        if let waiting = await spooled([id.text]).first, waiting != nil { return .spooled }
        do {
            guard let record = try await archive.archivedJobs([id.text]).first??.record else { return .unknown }
            return .ended(record.status)
        } catch {
            throw .unavailable(reason: "the ledger cannot be read")
        }
    }

    /// Like ``asking(_:)``, for what changes something: who is told that Redis did not answer must know what that leaves open.
    private func changing<Answer>(
        _ body: () async throws(JobQueueError) -> Answer
    ) async throws(JobsError) -> Answer {
        try await asking { () throws(JobQueueError) in
            do throws(JobQueueError) {
                return try await body()
            } catch {
                guard error.mayBeDone else { throw error }
                throw JobQueueError(
                    error.code,
                    error.reason + "; it may have been done all the same, so look before you ask again"
                )
            }
        }
    }

    func asking<Answer>(_ body: () async throws(JobQueueError) -> Answer) async throws(JobsError) -> Answer {
        do {
            return try await body()
        } catch {
            throw JobsError(error)
        }
    }
}
