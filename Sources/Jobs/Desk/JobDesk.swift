package import Deliveries
package import JobQueue
package import Ledger
package import Logging
import Synchronization
import Telemetry

/// Where jobs are submitted and asked after, wherever a job is: in Redis, in the ledger while Redis is away, or in the ledger once
/// it has ended.
///
/// A submission goes to Redis; only when Redis does not answer or takes no writes for the moment, it goes into the ledger's spool, from where ``SpoolService`` queues
/// it. Either way it is safe when ``submit(_:)`` returns. The queue knows a job by its id, so a submission of which nobody can say
/// whether Redis took it is spooled all the same and runs once.
package final class JobDesk: Sendable {
    let queue: JobQueue
    let archive: any JobArchive
    private let spool: any SubmissionSpool
    private let bell: SpoolBell
    private let configuration: JobDeskConfiguration
    var configuredQueues: [QueueName] { configuration.queues }
    let estimates: Estimates
    let now: @Sendable () -> Timestamp
    let logger: Logger
    /// Why Redis refuses jobs, as it was last said.
    private let refusal = Mutex<String?>(nil)

    /// Makes a desk.
    ///
    /// - Parameters:
    ///   - bell: what wakes the ``SpoolService`` of the same spool.
    ///   - now: the wall clock.
    package init(
        queue: JobQueue,
        archive: any JobArchive,
        spool: any SubmissionSpool,
        bell: SpoolBell,
        configuration: JobDeskConfiguration = JobDeskConfiguration(),
        now: @escaping @Sendable () -> Timestamp,
        logger: Logger
    ) {
        self.queue = queue
        self.archive = archive
        self.spool = spool
        self.bell = bell
        self.configuration = configuration
        self.now = now
        self.logger = logger
        estimates = Estimates(queue: queue)
    }

    // MARK: Submitting

    /// Takes a job. Under an idempotency key it gets an id of its own making (``JobQueue/JobID/init(_:tenant:)``).
    package func submit(_ given: JobSubmission) async throws(JobsError) -> SubmissionAnswer {
        var submission = given
        if let key = submission.idempotency {
            submission.id = JobID(key, tenant: submission.tenant)
            // The ledger remembers for longer than Redis does, and over a flush.
            if let ended = await ended(submission.id) { return .repeated(ended) }
        }
        do throws(JobQueueError) {
            let answer = try await queue.submit(submission)
            note(refusal: nil)
            switch answer {
            case .accepted(let record, let position):
                return .accepted(await standing(of: record, position: position))
            case .repeated(let record): return .repeated(await standing(of: record))
            case .conflict(let id): return .conflict(id)
            case .full(let limit): return .full(limit: limit)
            }
        } catch  where error.code == .unavailable && !error.isLasting {
            return try await spool(submission, because: error.reason)
        } catch {
            // What Redis refuses for good would wait in the spool for nothing.
            if error.code == .unavailable { note(refusal: error.reason) }
            throw JobsError(error)
        }
    }

    /// One line for each change, not for each job.
    private func note(refusal reason: String?) {
        let wasKnown = refusal.withLock { known in
            defer { known = reason }
            return known == reason
        }
        guard !wasKnown else { return }
        if let reason {
            logger.error("Redis refuses jobs", metadata: Logger.Metadata([.reason: "\(reason)"]))
        } else {
            logger.info("Redis takes jobs again")
        }
    }

    private func spool(_ submission: JobSubmission, because reason: String) async throws(JobsError) -> SubmissionAnswer
    {
        let answer: SpoolAnswer
        do {
            let row = SpooledSubmission(submission, acceptedAt: now())
            answer = try await spool.spool(row, bound: configuration.spoolBound)
        } catch {
            throw .unavailable(reason: "Redis is away, and the ledger takes nothing")
        }
        switch answer {
        case .spooled:
            logger.info(
                "Redis did not take a job: spooled it",
                metadata: Logger.Metadata([
                    .job: "\(submission.id)",
                    // A client that goes away ends its request, whatever Redis does with it.
                    .reason: Task.isCancelled ? "the request was given up before Redis answered" : "\(reason)",
                ])
            )
            bell.ring()
            return .accepted(JobStanding(record: JobRecord(submission)))
        case .repeated(let id):
            let known = await spooled([id]).first ?? nil
            return .repeated(JobStanding(record: known ?? JobRecord(submission)))
        case .conflict(let id):
            return .conflict(JobID(id) ?? submission.id)
        case .full:
            throw .unavailable(reason: "Redis is away, and as many jobs wait for it as may")
        }
    }

    /// A job that has ended and is not being run again.
    private func ended(_ id: JobID) async -> JobStanding? {
        // Without the ledger, Redis alone decides.
        guard let row = try? await archive.archivedJobs([id.text]).first ?? nil, let record = row.record else {
            return nil
        }
        do throws(JobQueueError) {
            return await standing(of: try await queue.job(id) ?? record)
        } catch {
            // One that is being run again has not ended, for all that is known.
            return row.isReopened ? nil : await standing(of: record)
        }
    }

    // MARK: Asking

    /// Finds jobs: in Redis, else in the spool, else in the record of ended ones.
    ///
    /// - Returns: one answer for each id; `nil` for a job that is not known (any more).
    /// - Throws: `unavailable` when Redis is away and the ledger does not know one of them: it may be in Redis.
    package func jobs(_ ids: [JobID]) async throws(JobsError) -> [JobStanding?] {
        var found: [JobRecord?]
        var absence: JobsError?
        do throws(JobQueueError) {
            found = try await queue.jobs(ids)
        } catch  where error.code == .unavailable {
            found = ids.map { _ in nil }
            absence = JobsError(error)
        } catch {
            throw JobsError(error)
        }
        let isLive = found.map { $0 != nil }
        if found.contains(where: { $0 == nil }) {
            let missing = ids.indices.filter { found[$0] == nil }
            let rest = try await inLedger(missing.map { ids[$0] }, isRedisAway: absence != nil)
            for (index, record) in zip(missing, rest) { found[index] = record }
            if let absence, rest.contains(where: { $0 == nil }) { throw absence }
        }
        return await standings(of: found, isLive: isLive)
    }

    /// Jobs that Redis does not hold. First the spool: while a submission is on its way from there to Redis, it is in both.
    ///
    /// - Parameter isRedisAway: one that was run again may have ended since, or not: of that only Redis knows.
    private func inLedger(_ ids: [JobID], isRedisAway: Bool) async throws(JobsError) -> [JobRecord?] {
        do throws(LedgerError) {
            let spooled = try await spool.spooledSubmissions(ids.map(\.text)).map {
                $0?.submission.map { JobRecord($0) }
            }
            let archived = try await archive.archivedJobs(ids.map(\.text)).map { row in
                row.flatMap { isRedisAway && $0.isReopened ? nil : $0.record }
            }
            var found = zip(spooled, archived).map { $0 ?? $1 }
            // It may have left the spool for Redis since Redis was asked.
            let missing = ids.indices.filter { found[$0] == nil }
            guard !missing.isEmpty, let again = try? await queue.jobs(missing.map { ids[$0] }) else { return found }
            for (index, record) in zip(missing, again) { found[index] = record }
            return found
        } catch {
            throw .unavailable(reason: "the ledger cannot be read")
        }
    }

    func spooled(_ ids: [String]) async -> [JobRecord?] {
        let rows = (try? await spool.spooledSubmissions(ids)) ?? ids.map { _ in nil }
        return rows.map { $0?.submission.map { JobRecord($0) } }
    }

    /// What waits for Redis, at most 200: normally nothing.
    func spooled() async throws(LedgerError) -> [JobRecord] {
        guard try await spool.spooledCount() > 0 else { return [] }
        return try await spool.spooledSubmissions(limit: 200).compactMap { $0.submission.map { JobRecord($0) } }
    }

    /// Adds what is known besides.
    func standings(of records: [JobRecord?], isLive: [Bool]) async -> [JobStanding?] {
        let waiting = zip(records, isLive).compactMap { $1 && $0?.status == .queued ? $0?.id : nil }
        let places = waiting.isEmpty ? [] : (try? await queue.positions(of: waiting)) ?? []
        let positions = Dictionary(zip(waiting, places)) { first, _ in first }
        let events = records.compactMap { $0?.status.isEnd == true ? $0?.eventID : nil }
        let callbacks = events.isEmpty ? [:] : (try? await archive.latestDeliveries(ofEvents: events)) ?? [:]
        var standings: [JobStanding?] = []
        for (record, isLive) in zip(records, isLive) {
            guard let record else {
                standings.append(nil)
                continue
            }
            let position = positions[record.id] ?? nil
            standings.append(
                JobStanding(
                    record: record,
                    position: position,
                    estimatedCompletion: isLive
                        ? await estimates.completion(of: record, position: position, now: now()) : nil,
                    // Whoever took the id, a tenant is shown its own.
                    callback: record.eventID.flatMap { callbacks[$0] }.flatMap {
                        $0.tenant.hasSameBytes(as: record.tenant) ? $0 : nil
                    }
                )
            )
        }
        return standings
    }

    private func standing(of record: JobRecord, position: Int?) async -> JobStanding {
        JobStanding(
            record: record,
            position: position,
            estimatedCompletion: await estimates.completion(of: record, position: position, now: now())
        )
    }

    private func standing(of record: JobRecord) async -> JobStanding {
        await standings(of: [record], isLive: [true]).first.flatMap { $0 } ?? JobStanding(record: record)
    }
}
