import Deliveries
import JobQueue
import Logging
import RedisClient
import Synchronization
import Testing

/// A worker in the tests' own process.
@Suite("The worker")
struct WorkerServiceTests {
    /// Runs what the test gives it.
    private struct ClosureHandler: JobHandler {
        let kind = "script"
        var isReady: @Sendable () async -> Void = {}
        let body: @Sendable (ClaimedJob, JobProgressReporter) async throws(JobFailure) -> [UInt8]

        func run(_ job: ClaimedJob, progress: JobProgressReporter) async throws(JobFailure) -> [UInt8] {
            try await body(job, progress)
        }

        func ready() async { await isReady() }
    }

    private func withWorker(
        _ test: TestQueue,
        _ change: (inout WorkerConfiguration) -> Void = { _ in },
        queue: JobQueue? = nil,
        isReady: @escaping @Sendable () async -> Void = {},
        handler: @escaping @Sendable (ClaimedJob, JobProgressReporter) async throws(JobFailure) -> [UInt8],
        observe: @escaping @Sendable (RunReport) -> Void = { _ in },
        _ body: @Sendable () async throws -> Void
    ) async throws {
        var configuration = WorkerConfiguration()
        change(&configuration)
        let worker = WorkerService(
            queue: queue ?? test.queue,
            handlers: [ClosureHandler(isReady: isReady, body: handler)],
            configuration: configuration,
            logger: .silent,
            observe: observe
        )
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await worker.run() }
            try await body()
            group.cancelAll()
        }
    }

    @Test("a worker with a free slot goes on at once when a job of a queue ends whose limit was used up")
    func limits() async throws {
        try await TestQueue.run { test in
            let running = Mutex((now: 0, most: 0))
            try await withWorker(
                test,
                // Longer than the test may take.
                { ($0.concurrency, $0.idleInterval) = (3, .seconds(300)) },
                queue: test.queue { $0.concurrency = [.pdf: 1] },
                handler: { (_, _) async throws(JobFailure) in
                    running.withLock { $0 = ($0.now + 1, max($0.most, $0.now + 1)) }
                    try? await Task.sleep(for: .milliseconds(20))
                    running.withLock { $0.now -= 1 }
                    return Array(json: "{}")
                }
            ) {
                var jobs: [JobID] = []
                for _ in 0..<8 { jobs.append(try await test.submit()) }
                for job in jobs { _ = try await test.waitUntil(job, is: .completed) }
                #expect(running.withLock { $0.most } == 1)
            }
        }
    }

    @Test("in burst mode a worker waits for the jobs that a queue's limit holds back while others run")
    func burstWaitsForLimits() async throws {
        try await TestQueue.run { test in
            let queue = test.queue { $0.concurrency = [.pdf: 1] }
            let first = try await test.submit()
            let second = try await test.submit()
            let claimed = try #require(try await queue.claim(from: [.pdf], worker: "other"))
            #expect(claimed.lease.job == first)
            try await withThrowingTaskGroup(of: Void.self) { group in
                var configuration = WorkerConfiguration()
                (configuration.isBurst, configuration.idleInterval) = (true, .seconds(300))
                let worker = WorkerService(
                    queue: queue,
                    handlers: [ClosureHandler { (_, _) async throws(JobFailure) in Array(json: "{}") }],
                    configuration: configuration,
                    logger: .silent
                )
                group.addTask { try await worker.run() }
                // It was refused one.
                while try await test.number(RedisCommand("HEXISTS", "postback:jobs:queue:pdf", "limited")) == 0 {}
                _ = try await queue.complete(claimed.lease, result: Array(json: "{}"))
                try await group.waitForAll()
            }
            #expect(try await test.record(second).status == .completed)
        }
    }

    @Test("a worker whose handler cannot run jobs takes none, and gives back what it took, which costs no try")
    func unusableHandler() async throws {
        try await TestQueue.run { test in
            let (gate, opener) = AsyncStream.makeStream(of: Void.self)
            let tries = Mutex(0)
            try await withWorker(
                test,
                isReady: { for await _ in gate {} },
                handler: { (job, _) async throws(JobFailure) in
                    guard
                        tries.withLock({
                            $0 += 1; return $0
                        }) > 1
                    else {
                        var failure = JobFailure("no engine", isRetriable: true)
                        failure.isWorkersOwn = true
                        throw failure
                    }
                    return Array(json: #"{"retries":\#(job.retryCount)}"#)
                }
            ) {
                let job = try await test.submit { $0.maxRetries = 0 }
                // Whoever is not ready lets others have it.
                let other = try await test.claim("other")
                #expect(other.lease.job == job)
                _ = try await test.queue.release(other.lease)
                opener.finish()
                #expect(try await test.waitUntil(job, is: .completed).result == Array(json: #"{"retries":0}"#))
            }
        }
    }

    @Test("results, failures and jobs that nobody can do end as they should, and are observed")
    func outcomes() async throws {
        try await TestQueue.run { test in
            let reports = Mutex<[JobID: FinishAnswer?]>([:])
            try await withWorker(
                test,
                handler: { (job, _) async throws(JobFailure) in
                    if job.code == "bad" { throw JobFailure("no such template", isRetriable: false) }
                    return Array(json: #"{"code":"\#(job.code ?? "")"}"#)
                },
                observe: { report in reports.withLock { $0[report.job] = report.answer } }
            ) {
                let good = try await test.submit { $0.code = "good" }
                let bad = try await test.submit { $0.code = "bad" }
                let unknown = try await test.submit { $0.kind = "video" }
                #expect(try await test.waitUntil(good, is: .completed).result == Array(json: #"{"code":"good"}"#))
                #expect(try await test.waitUntil(bad, is: .failed).error == "no such template")
                let record = try await test.waitUntil(unknown, is: .failed)
                #expect(record.error == "this worker has no handler for jobs of the kind video")
                #expect(reports.withLock { $0[good] } == .ended(.completed))
            }
        }
    }

    @Test("no more jobs run at once than the worker has slots, and a free slot is used at once")
    func slots() async throws {
        try await TestQueue.run { test in
            let running = Mutex((now: 0, most: 0))
            try await withWorker(
                test,
                { $0.concurrency = 3 },
                handler: { (_, _) async throws(JobFailure) in
                    running.withLock {
                        $0.now += 1
                        $0.most = max($0.most, $0.now)
                    }
                    try? await Task.sleep(for: .milliseconds(100))
                    running.withLock { $0.now -= 1 }
                    return Array(json: "{}")
                }
            ) {
                var ids: [JobID] = []
                for _ in 0..<30 { ids.append(try await test.submit()) }
                for id in ids { try await test.waitUntil(id, is: .completed) }
            }
            #expect(running.withLock { $0.most } == 3)
        }
    }

    @Test(
        "an idle worker starts a new job at once, and a scheduled one when it is due, however long it would have slept"
    )
    func wakeUps() async throws {
        try await TestQueue.run { test in
            try await withWorker(
                test,
                { $0.idleInterval = .seconds(60) },
                handler: { (_, _) async throws(JobFailure) in Array(json: "{}") }
            ) {
                // Until it is idle: it has looked for work and found none.
                while try await test.queue.workers().isEmpty { await Task.yield() }
                for _ in 0..<5 {
                    let id = try await test.submit()
                    try await test.waitUntil(id, is: .completed, within: .seconds(5))
                }
                let due = try await test.serverSeconds() + 2
                let later = try await test.submit { $0.runAt = Timestamp(seconds: due + 100_000) }
                let id = try await test.submit { $0.runAt = Timestamp(seconds: due) }
                let record = try await test.waitUntil(id, is: .completed, within: .seconds(10))
                let started = try #require(record.startedAt)
                #expect(started.milliseconds >= due * 1000 && started.milliseconds < due * 1000 + 2_000)
                #expect(try await test.record(later).status == .scheduled)
            }
        }
    }

    @Test(
        "lists show that a worker works, and on what, as soon as it does, and that it has ended, however seldom it beats"
    )
    func showsItsState() async throws {
        try await TestQueue.run { test in
            let (mayEnd, end) = AsyncStream.makeStream(of: Void.self)
            try await withWorker(
                test,
                { $0.beatInterval = .seconds(3600) },
                handler: { (_, _) async throws(JobFailure) in
                    for await _ in mayEnd { break }
                    return Array(json: "{}")
                }
            ) {
                while try await test.queue.workers().isEmpty { await Task.yield() }
                let id = try await test.submit()
                while try await test.queue.workers().first?.currentJobs != [id] { await Task.yield() }
                #expect(try await test.queue.workers().first?.state == .busy)
                end.yield()
                while try await test.queue.workers().first?.state != .idle { await Task.yield() }
                #expect(try await test.queue.workers().first?.currentJobs == [])
            }
        }
    }

    @Test("a result waits for a key of another type to be mended, and the job is not run again for it")
    func keepsResultOverDamage() async throws {
        try await TestQueue.run { test in
            let runs = Mutex(0)
            _ = try await test.redis.send(RedisCommand("SET", "postback:jobs:ended", "not a stream"))
            try await withWorker(
                test,
                handler: { (_, _) async throws(JobFailure) in
                    runs.withLock { $0 += 1 }
                    return Array(json: #"{"pages":3}"#)
                }
            ) {
                let id = try await test.submit()
                // The server counts its refusals: now it has been tried. An end that cannot be written down is not announced either.
                let refusals = RedisCommand("INFO", "errorstats")
                while try await test.redis.send(refusals).string?.contains("WRONGTYPE") != true { await Task.yield() }
                #expect(try await test.events().isEmpty)
                #expect(try await test.record(id).status == .processing)
                _ = try await test.redis.send(RedisCommand("DEL", "postback:jobs:ended"))
                let record = try await test.waitUntil(id, is: .completed)
                #expect(record.result == Array(json: #"{"pages":3}"#))
                #expect(try await test.events().map { $0["id"] } == ["\(id):1"])
            }
            #expect(runs.withLock { $0 } == 1)
        }
    }

    @Test(
        "a result that a damaged key keeps from being written is given up after a while, and its slot is free for the next job",
        .timeLimit(.minutes(1))
    )
    func givesUpOverDamage() async throws {
        try await TestQueue.run { test in
            let ran = Mutex<Set<JobID>>([])
            _ = try await test.redis.send(RedisCommand("SET", "postback:jobs:ended", "not a stream"))
            try await withWorker(
                test,
                { $0.damageGrace = .milliseconds(100) },
                handler: { (job, _) async throws(JobFailure) in
                    ran.withLock { _ = $0.insert(job.lease.job) }
                    return Array(json: "{}")
                }
            ) {
                let ids = [try await test.submit(), try await test.submit()]
                while ran.withLock({ $0 }) != Set(ids) {
                    try Task.checkCancellation()
                    await Task.yield()
                }
                #expect(try await test.record(ids[0]).status == .processing)
            }
        }
    }

    @Test("an idle worker costs fewer than two commands a second")
    func idleCost() async throws {
        try await TestQueue.run { test in
            try await withWorker(test, handler: { (_, _) async throws(JobFailure) in Array(json: "{}") }) {
                let id = try await test.submit()
                try await test.waitUntil(id, is: .completed)
                let before = try await commands(test)
                // The span that is measured.
                try await Task.sleep(for: .seconds(6))
                let count = try await commands(test) - before
                #expect(count > 0 && count <= 12)
            }
        }
    }

    /// Commands that clients have sent for the queue: not those within scripts.
    private func commands(_ test: TestQueue) async throws -> Int {
        let text = try await test.redis.send(RedisCommand("INFO", "commandstats")).string ?? ""
        return text.split(whereSeparator: \.isNewline).reduce(0) { sum, line in
            guard line.hasPrefix("cmdstat_evalsha:") || line.hasPrefix("cmdstat_blpop:") else { return sum }
            let calls = line.split(separator: "=").dropFirst().first?.prefix { $0.isNumber }
            return sum + (calls.flatMap { Int($0) } ?? 0)
        }
    }

    @Test("progress is written while a job runs, at most about twice a second")
    func progress() async throws {
        try await TestQueue.run { test in
            try await withWorker(
                test,
                handler: { (_, progress) async throws(JobFailure) in
                    for percent in 1...99 {
                        progress.report(percent, stage: "rendering")
                        try? await Task.sleep(for: .milliseconds(10))
                    }
                    return Array(json: "{}")
                }
            ) {
                let begun = ContinuousClock.now
                let id = try await test.submit()
                let seen = try await test.waitUntil(id) { $0.status == .processing && $0.progress.percent > 0 }
                #expect(seen.progress.stage == "rendering")
                try await test.waitUntil(id, is: .completed)
                let written = try await test.redis.send(RedisCommand("XLEN", "postback:jobs:changes")).integer ?? 0
                // Its submission, its claim, its end and one in the making besides.
                #expect(written <= 4 + Int64((ContinuousClock.now - begun) / .milliseconds(500)))
            }
        }
    }

    @Test("a worker whose task is cancelled gives its jobs back at once")
    func cancelledWorker() async throws {
        try await TestQueue.run { test in
            let id = try await test.submit()
            try await withWorker(
                test,
                handler: { (_, _) async throws(JobFailure) in
                    do {
                        try await Task.sleep(for: .seconds(60))
                    } catch {
                        throw JobFailure("stopped", isRetriable: true)
                    }
                    return Array(json: "{}")
                }
            ) {
                try await test.waitUntil(id, is: .processing)
            }
            let record = try await test.record(id)
            #expect(record.status == .queued && record.retryCount == 0)
        }
    }

    @Test("a worker of several queues serves each, even while one always has jobs")
    func severalQueues() async throws {
        try await TestQueue.run { test in
            let other = try #require(QueueName("other"))
            for _ in 0..<50 { try await test.submit() }
            let id = try await test.submit { $0.queue = other }
            let order = Mutex<[JobID]>([])
            try await withWorker(
                test,
                { $0.queues = [.pdf, other] },
                handler: { (job, _) async throws(JobFailure) in
                    order.withLock { $0.append(job.lease.job) }
                    return Array(json: "{}")
                }
            ) {
                try await test.waitUntil(id, is: .completed)
            }
            let place = try #require(order.withLock { $0.firstIndex(of: id) })
            #expect(place <= 2)
        }
    }
}
