internal import Logging
internal import RedisClient

/// One job in a worker's hands: runs the handler, watches over it, and tells the queue how it ended.
final class JobRun: Sendable {
    let job: ClaimedJob
    private let queue: JobQueue
    private let cancelGrace: Duration
    private let damageGrace: Duration
    private let logger: Logger
    private let events: AsyncStream<RunLifecycle.Event>
    private let inbox: AsyncStream<RunLifecycle.Event>.Continuation

    init(_ job: ClaimedJob, queue: JobQueue, configuration: WorkerConfiguration, logger: Logger) {
        self.job = job
        self.queue = queue
        self.cancelGrace = configuration.cancelGrace
        self.damageGrace = configuration.damageGrace
        var logger = logger
        logger[metadataKey: LogKey.job] = "\(job.lease.job)"
        logger[metadataKey: LogKey.queue] = "\(job.lease.queue)"
        self.logger = logger
        (events, inbox) = AsyncStream.makeStream(of: RunLifecycle.Event.self)
    }

    /// Tells the run what has happened.
    func tell(_ event: RunLifecycle.Event) { inbox.yield(event) }

    /// Tells the run what a heartbeat learnt.
    func tell(_ answer: LeaseAnswer) {
        switch answer {
        case .held: break
        case .cancelRequested: tell(RunLifecycle.Event.cancelRequested)
        case .lost: tell(RunLifecycle.Event.leaseLost)
        }
    }

    /// Runs the handler to its end.
    ///
    /// - Returns: What the queue answered, and the handler's task if it did not return and was given up.
    func run(_ handler: (any JobHandler)?, on threads: HandlerThreads) async -> (
        RunReport, leftover: Task<Void, Never>?
    ) {
        let began = ContinuousClock.now
        guard let handler else {
            let failure = JobFailure("this worker has no handler for jobs of the kind \(job.kind)", isRetriable: false)
            return (report(since: began, await say(.fail(failure))), nil)
        }
        let (reporter, reports) = JobProgressReporter.make()
        let work = Task(executorPreference: threads) {
            do throws(JobFailure) {
                self.tell(.ended(.success(try await handler.run(self.job, progress: reporter))))
            } catch {
                self.tell(.ended(.failure(error)))
            }
        }
        let progress = Task { await self.forward(reports) }
        let limit = Task {
            try await Task.sleep(for: self.job.timeout)
            self.tell(.timeUp)
        }
        var grace: Task<Void, any Error>?
        defer {
            progress.cancel()
            limit.cancel()
            grace?.cancel()
        }
        var lifecycle = RunLifecycle(timeout: job.timeout)
        for await event in events {
            if case .ended(.failure(let failure)) = event, failure.isWorkersOwn {
                logger.warning("This worker can run no jobs for now", metadata: [LogKey.reason: "\(failure.message)"])
            }
            switch lifecycle.handle(event) {
            case .none: break
            case .cancelWork:
                work.cancel()
                grace = Task {
                    try await Task.sleep(for: self.cancelGrace)
                    self.tell(.graceOver)
                }
            case .say(let word):
                progress.cancel()
                return (report(since: began, await say(word)), nil)
            case .abandon(let word):
                logger.error("A handler does not return after it was cancelled; its slot stays taken")
                return (report(since: began, await say(word)), work)
            }
        }
        // The task was cancelled: the worker is at its end, and the lease runs out by itself.
        work.cancel()
        return (report(since: began, nil), nil)
    }

    private func report(
        since began: ContinuousClock.Instant,
        _ answer: FinishAnswer?
    ) -> RunReport {
        RunReport(
            job: job.lease.job,
            queue: job.lease.queue,
            kind: job.kind,
            duration: ContinuousClock.now - began,
            answer: answer
        )
    }

    /// Writes progress, at most twice a second; what comes in between is left out.
    private func forward(_ reports: AsyncStream<JobProgress>) async {
        for await progress in reports {
            do {
                tell(try await queue.progress(progress, of: job.lease))
            } catch {
                logger.debug("Cannot write progress", metadata: [LogKey.reason: "\(error)"])
            }
            try? await Task.sleep(for: .milliseconds(500))
        }
    }

    /// Tells the queue how the run ended, however long Redis takes to come back: a result is worth waiting for. What is damaged
    /// there may be mended, but not by waiting, and the slot is wanted: that has a limit.
    ///
    /// - Returns: `nil` if it could not be told. Then the lease runs out, and the job runs again.
    private func say(_ word: RunLifecycle.Word) async -> FinishAnswer? {
        var backoff = Backoff()
        var damagedSince: ContinuousClock.Instant?
        while true {
            do {
                let answer =
                    switch word {
                    case .complete(let result): try await queue.complete(job.lease, result: result)
                    case .fail(let failure): try await queue.fail(job.lease, failure)
                    case .cancelled: try await queue.cancelled(job.lease)
                    case .release: try await queue.release(job.lease)
                    case .nothing: FinishAnswer.leaseLost
                    }
                log(answer)
                return answer
            } catch {
                logger.warning("Cannot tell the queue how a job ended", metadata: [LogKey.reason: "\(error)"])
                guard error.code != .refused, !Task.isCancelled else { return nil }
                damagedSince = error.code == .damaged ? damagedSince ?? .now : nil
                if let damagedSince, .now - damagedSince >= damageGrace {
                    logger.error("Gave up telling the queue how a job ended; it will run again")
                    return nil
                }
                try? await Task.sleep(for: backoff.next())
            }
        }
    }

    private func log(_ answer: FinishAnswer) {
        switch answer {
        case .ended(let status): logger.info("A job ended", metadata: [LogKey.status: "\(status.rawValue)"])
        case .willRetry: logger.info("A job failed and will be tried again")
        case .released: logger.info("Gave a job back to its queue")
        case .alreadySaid: break
        case .leaseLost: logger.warning("Lost the lease of a job: what this run did does not count")
        }
    }
}
