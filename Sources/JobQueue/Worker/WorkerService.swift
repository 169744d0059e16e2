internal import Deliveries
package import Logging
internal import RedisClient
internal import ServiceLifecycle

/// Runs jobs of some queues, a bounded number at once.
///
/// Nothing in it polls: it sleeps in a blocking read until a job comes, on a timer until the next job is due, and on another until
/// its leases want renewal. Should a wake-up be lost, it looks every few seconds.
///
/// ```
/// fetch ── claim ──▶ a run for each free slot ──▶ finish
/// tend  ── due jobs into their streams, jobs of dead workers back, old ones out (any worker, no leader)
/// beat  ── renews leases, learns of cancellations and lost leases
/// listen ─ is told of cancellations at once
/// ```
package actor WorkerService: Service {
    /// The name under which it claims: unique for this run of the process.
    package nonisolated let name: String
    private let queue: JobQueue
    private let handlers: [String: any JobHandler]
    private let configuration: WorkerConfiguration
    private let observe: @Sendable (RunReport) -> Void
    private let usage: @Sendable () async -> WorkerUsage?
    private let logger: Logger
    private let threads: HandlerThreads

    private let doorbell: BlockingPop
    private let control: BlockingPop
    /// Rung when a slot becomes free, and when the worker stops.
    private let slotAlarm = Alarm()
    private let tendAlarm = Alarm()
    private let beatAlarm = Alarm()
    /// Rung when it begins or ends a job.
    private let changeAlarm = Alarm()
    private let endAlarm = Alarm()
    private let stopAlarm = Alarm()

    private var runs: [Int64: (run: JobRun, task: Task<Void, Never>)] = [:]
    /// Slots that handlers hold which did not return.
    private var leftovers = 0
    private var isStopping = false
    private var claims = 0
    /// When the next job may be taken, after one was given back.
    private var restUntil: ContinuousClock.Instant?
    private var rest = Backoff(longest: .seconds(30))
    private var trouble: [String: String] = [:]
    private var startedAt = Timestamp(milliseconds: 0)

    /// Makes a worker; ``run()`` does the work. A job whose kind has no handler fails for good.
    ///
    /// - Parameters:
    ///   - usage: What the process takes of its machine, asked with each beat.
    ///   - observe: Is told of each run that ended, for metrics; it must be quick.
    package init(
        queue: JobQueue,
        handlers: [any JobHandler],
        configuration: WorkerConfiguration,
        logger: Logger,
        usage: @escaping @Sendable () async -> WorkerUsage? = { nil },
        observe: @escaping @Sendable (RunReport) -> Void = { _ in }
    ) {
        self.queue = queue
        self.handlers = Dictionary(handlers.map { ($0.kind, $0) }) { first, _ in first }
        self.configuration = configuration
        self.observe = observe
        self.usage = usage
        name = WorkerName.make(configuration.name)
        var logger = logger
        logger[metadataKey: LogKey.worker] = "\(name)"
        self.logger = logger
        threads = HandlerThreads(count: max(configuration.concurrency, 1))
        doorbell = BlockingPop(redis: queue.redis)
        control = BlockingPop(redis: queue.redis)
    }

    deinit { threads.stop() }

    /// Works until it is asked to stop, or in burst mode until its queues are empty.
    ///
    /// Asked to stop, it claims no more, gives its jobs their grace, and gives back what is left. A cancelled task skips the grace.
    package func run() async throws {
        startedAt = Timestamp(milliseconds: Int64(wallClockSeconds() * 1000))
        logger.info(
            "The worker takes jobs",
            metadata: [LogKey.queue: "\(configuration.queues.map(\.text).joined(separator: ","))"]
        )
        await withGracefulShutdownHandler {
            await work()
        } onGracefulShutdown: {
            self.stopAlarm.ring()
        }
        logger.info("The worker has stopped")
    }

    private func work() async {
        await withTaskGroup(of: Void.self) { alive in
            alive.addTask { await self.beat() }
            alive.addTask { await self.listen() }
            alive.addTask { await self.showChanges() }
            await withTaskGroup(of: Void.self) { open in
                open.addTask { await self.fetch() }
                open.addTask { await self.tend() }
                open.addTask { await self.stopAlarm.wait() }
                // The end of fetching (burst), or the wish to stop.
                await open.next()
                isStopping = true
                open.cancelAll()
            }
            beatAlarm.ring()
            await drain()
            alive.cancelAll()
        }
        await doorbell.close()
        await control.close()
        let (queue, name, queues) = (queue, name, configuration.queues)
        // Not as part of this task, which may have been cancelled.
        await Task {
            do {
                try await queue.leave(name, queues: queues)
            } catch {
                self.logger.debug("Cannot take the worker off the list", metadata: [LogKey.reason: "\(error)"])
            }
        }.value
    }
}

// MARK: - Fetching

extension WorkerService {
    private func fetch() async {
        var backoff = Backoff()
        while !Task.isCancelled {
            while occupied >= configuration.concurrency, !Task.isCancelled { await slotAlarm.wait() }
            await readyForMore()
            guard !Task.isCancelled else { return }
            do {
                if let job = try await claim() {
                    start(job)
                } else if configuration.isBurst, !runs.isEmpty {
                    await slotAlarm.wait()
                } else if configuration.isBurst, try await !isAnythingWaiting() {
                    return
                } else {
                    try await waitForDoorbell()
                }
                backoff.reset()
                note("claim", nil)
            } catch {
                guard !Task.isCancelled else { return }
                note("claim", "\(error)")
                try? await Task.sleep(for: backoff.next())
            }
        }
    }

    /// Waits until the handlers can run jobs. After they gave one back, that is not asked at once: whatever keeps them may not show before
    /// they try.
    private func readyForMore() async {
        if let restUntil { try? await Task.sleep(until: restUntil) }
        // One that is to end when nothing is left waits for no handler: it looks what is left.
        if configuration.isBurst { return }
        for handler in handlers.values { await handler.ready() }
    }

    /// Whether one of its queues holds jobs that it may have later: when others are done that use up the queue's limit.
    private func isAnythingWaiting() async throws -> Bool {
        try await queue.queues().contains { statistics in
            configuration.queues.contains(statistics.name) && !statistics.isPaused && statistics.waiting > 0
        }
    }

    private var occupied: Int { runs.count + leftovers }

    /// Claims in a task of its own: one that is cancelled half-way would leave a job claimed that nobody knows of.
    private func claim() async throws -> ClaimedJob? {
        let (queue, name) = (queue, name)
        // A queue that always has jobs must not keep the worker from the others.
        let first = claims % max(configuration.queues.count, 1)
        let queues = Array(configuration.queues[first...] + configuration.queues[..<first])
        return try await Task { try await queue.claim(from: queues, worker: name) }.value
    }

    private func waitForDoorbell() async throws {
        let prefix = queue.configuration.prefix
        let due = "\(prefix):due-bell"
        let bells = configuration.queues.map { "\(prefix):queue:\($0.text):bell" } + [due]
        let rung = try await doorbell.wait(for: bells, atMost: configuration.idleInterval)
        if rung == due { tendAlarm.ring() }
    }

    private func start(_ job: ClaimedJob) {
        claims += 1
        let run = JobRun(job, queue: queue, configuration: configuration, logger: logger)
        let handler = handlers[job.kind]
        let task = Task {
            let (report, leftover) = await run.run(handler, on: self.threads)
            self.ended(run, report, leftover)
        }
        runs[job.lease.fence] = (run, task)
        changeAlarm.ring()
    }

    private func ended(_ run: JobRun, _ report: RunReport, _ leftover: Task<Void, Never>?) {
        runs[run.job.lease.fence] = nil
        if let leftover {
            leftovers += 1
            Task {
                await leftover.value
                self.leftoverEnded()
            }
        }
        if report.answer == .released, !isStopping {
            restUntil = .now + rest.next()
        } else {
            restUntil = nil
            rest.reset()
        }
        observe(report)
        slotAlarm.ring()
        changeAlarm.ring()
        if runs.isEmpty { endAlarm.ring() }
    }

    private func leftoverEnded() {
        leftovers -= 1
        slotAlarm.ring()
    }
}

// MARK: - Leases

extension WorkerService {
    /// Renews the leases, on time and whenever there is a reason to ask.
    private func beat() async {
        while !Task.isCancelled {
            let pause = await beatOnce() ? configuration.beatInterval : .seconds(1)
            await beatAlarm.wait(atMost: min(pause, configuration.beatInterval))
        }
    }

    /// What lists say of a worker is what it said with its last beat: it beats when that has changed, at most once a second.
    private func showChanges() async {
        while !Task.isCancelled {
            await changeAlarm.wait()
            beatAlarm.ring()
            try? await Task.sleep(for: .seconds(1))
        }
    }

    private func beatOnce() async -> Bool {
        let usage = await usage()
        let asked = runs.values.map(\.run)
        let state: WorkerRecord.State = isStopping ? .stopping : runs.isEmpty ? .idle : .busy
        let record = WorkerRecord(
            name: name,
            state: state,
            queues: configuration.queues,
            concurrency: configuration.concurrency,
            currentJobs: asked.map(\.job.lease.job),
            startedAt: startedAt,
            lastBeatAt: startedAt,
            usage: usage
        )
        do {
            let answers = try await queue.beat(record, leases: asked.map(\.job.lease))
            note("beat", nil)
            for (run, answer) in zip(asked, answers) { run.tell(answer) }
            return true
        } catch {
            guard !Task.isCancelled else { return true }
            note("beat", "\(error)")
            return false
        }
    }

    /// Waits to be told of cancellations, which the heartbeat would learn of later.
    private func listen() async {
        var backoff = Backoff()
        let key = "\(queue.configuration.prefix):worker:\(name):control"
        while !Task.isCancelled {
            do {
                if try await control.wait(for: [key], atMost: .seconds(30)) != nil { beatAlarm.ring() }
                backoff.reset()
            } catch {
                guard !Task.isCancelled else { return }
                try? await Task.sleep(for: backoff.next())
            }
        }
    }
}

// MARK: - Tending

extension WorkerService {
    /// Does what any worker may do for the whole queue. There is no leader, so there is none to lose.
    private func tend() async {
        var backoff = Backoff()
        var nextSweep = ContinuousClock.now
        while !Task.isCancelled {
            var pause = configuration.idleInterval
            do {
                let (moved, next) = try await queue.promote()
                let recovery = try await queue.recover(except: runs.values.map(\.run.job.lease))
                if recovery.requeued + recovery.ended > 0 {
                    logger.warning(
                        "Took jobs from workers that gave no sign of life",
                        metadata: [LogKey.count: "\(recovery.requeued + recovery.ended)"]
                    )
                }
                if recovery.kept > 0 { beatAlarm.ring() }
                if ContinuousClock.now >= nextSweep {
                    let (_, mended) = try await queue.sweep()
                    if mended > 0 {
                        logger.warning("Mended jobs that stood in no index", metadata: [LogKey.count: "\(mended)"])
                    }
                    nextSweep = .now + max(configuration.idleInterval * 2, .seconds(1))
                }
                pause = [next, recovery.next].compactMap { $0 }.min().map { min($0, pause) } ?? pause
                if moved >= 100 { pause = .zero }
                backoff.reset()
                note("tend", nil)
            } catch {
                guard !Task.isCancelled else { return }
                note("tend", "\(error)")
                pause = backoff.next()
            }
            // A millisecond more, as the server compares whole ones.
            if pause > .zero { await tendAlarm.wait(atMost: pause + .milliseconds(1)) }
        }
    }

    /// One line for each change, not for each try.
    private func note(_ what: String, _ new: String?) {
        guard trouble[what] != new else { return }
        trouble[what] = new
        if let new {
            logger.warning("The worker cannot reach its queue, trying again", metadata: [LogKey.reason: "\(new)"])
        } else {
            logger.info("The worker reaches its queue again")
        }
    }
}

// MARK: - Stopping

extension WorkerService {
    private func drain() async {
        let (grace, last) = (configuration.stopGrace, configuration.cancelGrace + .seconds(5))
        if !Task.isCancelled { await waitForRuns(atMost: grace) }
        for (run, _) in runs.values { run.tell(.shutdown) }
        // Whether this task is cancelled or not: what is left goes back to the queue.
        await Task { await self.waitForRuns(atMost: last) }.value
        for (_, task) in runs.values { task.cancel() }
    }

    private func waitForRuns(atMost limit: Duration) async {
        let deadline = ContinuousClock.now + limit
        while !runs.isEmpty, !Task.isCancelled, ContinuousClock.now < deadline {
            await endAlarm.wait(atMost: deadline - .now)
        }
    }
}
