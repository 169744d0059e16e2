import Deliveries
package import JobQueue
package import Ledger
package import Logging
package import RedisClient
import ServiceLifecycle
import Telemetry

/// Puts what was spooled while Redis was away into its queues, in the order in which it came, as soon as Redis is back.
///
/// A submission leaves the spool after the queue has it. A crash in between repeats the submission, which the queue knows by the
/// job's id.
package struct SpoolService: Service {
    /// Rows in memory at once; a payload may be large.
    private static let batch = 16
    private static let shortestPause = Duration.milliseconds(250)
    private static let longestPause = Duration.seconds(10)

    private let queue: JobQueue
    private let spool: any SubmissionSpool
    private let redis: RedisClient
    private let bell: SpoolBell
    private let events: String
    private let logger: Logger

    /// Makes the service; ``run()`` does the work.
    ///
    /// - Parameters:
    ///   - redis: the client of the queue: its coming back is what wakes the service.
    ///   - events: the stream on which the ends of jobs are announced.
    package init(
        queue: JobQueue,
        spool: any SubmissionSpool,
        redis: RedisClient,
        bell: SpoolBell,
        events: String,
        logger: Logger
    ) {
        self.queue = queue
        self.spool = spool
        self.redis = redis
        self.bell = bell
        self.events = events
        self.logger = logger
    }

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            await withTaskGroup(of: Void.self) { group in
                group.addTask { await ringWhenConnected() }
                group.addTask { await drainWhenRung() }
            }
        }
    }

    private func ringWhenConnected() async {
        for await state in redis.states() where state.isConnected { bell.ring() }
    }

    private func drainWhenRung() async {
        // What an earlier run left.
        bell.ring()
        var pause = Self.shortestPause
        var refusal: String?
        for await _ in bell.rings {
            if await drain(&refusal) {
                pause = Self.shortestPause
            } else if redis.state.isConnected {
                // The queue is full, or Redis takes no writes: nobody rings when that is over.
                try? await Task.sleep(for: pause)
                pause = min(pause * 2, Self.longestPause)
                bell.ring()
            }
        }
    }

    /// - Parameter refusal: why Redis would answer the same again, as it was last said.
    /// - Returns: whether nothing is left.
    private func drain(_ refusal: inout String?) async -> Bool {
        while !Task.isCancelled {
            do {
                let rows = try await spool.spooledSubmissions(limit: Self.batch)
                guard !rows.isEmpty else { return true }
                guard try await queueUp(rows) else { return false }
                logger.info(
                    "Queued jobs that waited for Redis",
                    metadata: Logger.Metadata([.count: .stringConvertible(rows.count)])
                )
            } catch {
                let isLasting = (error as? JobQueueError)?.isLasting == true
                // One line for each change, not for each try.
                logger.log(
                    level: isLasting && refusal != "\(error)" ? .error : .debug,
                    "Jobs still wait for Redis",
                    metadata: Logger.Metadata([.reason: "\(error)"])
                )
                refusal = isLasting ? "\(error)" : nil
                return false
            }
        }
        return false
    }

    /// - Returns: whether all of them have left the spool.
    private func queueUp(_ rows: [SpooledSubmission]) async throws -> Bool {
        var isDone = true
        for row in rows {
            guard let submission = row.submission else {
                logger.error(
                    "A spooled job cannot be read and is dropped",
                    metadata: Logger.Metadata([.job: "\(row.id)"])
                )
                try await spool.unspool(row.id, as: nil)
                continue
            }
            do throws(JobQueueError) {
                guard try await queueUp(submission, row) else { return false }
            } catch {
                // A missing permission concerns them all.
                guard error.isLasting, !error.isRefusal else { throw error }
                // Somebody must mend what is in the way of this one. The others need not wait for that.
                logger.error(
                    "A spooled job cannot be queued, trying again",
                    metadata: Logger.Metadata([.job: "\(row.id)", .reason: "\(error)"])
                )
                isDone = false
            }
        }
        return isDone
    }

    private func queueUp(_ submission: JobSubmission, _ row: SpooledSubmission) async throws(JobQueueError) -> Bool {
        let answer: SubmitAnswer
        do {
            answer = try await queue.submit(submission)
        } catch {
            guard error.code == .refused else { throw error }
            try await end(submission, row, error.reason)
            return true
        }
        switch answer {
        case .accepted, .repeated:
            try await unspool(row.id, as: nil)
        case .full:
            return false
        case .conflict(let other):
            try await end(submission, row, "the idempotency key belongs to another body, that of job \(other)")
        }
        return true
    }

    private func unspool(_ id: String, as job: ArchivedJob?) async throws(JobQueueError) {
        do {
            try await spool.unspool(id, as: job)
        } catch {
            // It is submitted again, and absorbed.
            throw JobQueueError(.unavailable, "\(error)")
        }
    }

    /// Ends a job that can never be queued, and announces it as the queue would have. What is announced follows from the row
    /// alone, so that saying it again after a crash is absorbed.
    private func end(_ submission: JobSubmission, _ row: SpooledSubmission, _ reason: String)
        async throws(JobQueueError)
    {
        var record = JobRecord(submission)
        record.status = .failed
        record.error = reason
        record.updatedAt = row.acceptedAt
        record.completedAt = row.acceptedAt
        record.eventID = "\(submission.id):1"
        do throws(RedisError) {
            _ = try await redis.stream(events).add(FailureEvent.fields(of: record, reason, submission.traceparent))
        } catch {
            throw JobQueueError(error)
        }
        try await unspool(row.id, as: ArchivedJob(record))
        logger.warning(
            "A spooled job cannot be queued and has failed",
            metadata: Logger.Metadata([.job: "\(submission.id)", .reason: "\(reason)"])
        )
    }
}
