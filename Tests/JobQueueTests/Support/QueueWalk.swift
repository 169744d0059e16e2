import Deliveries
import JobQueue
import RedisClient

/// One random interleaving of what submitters, workers and operators may do, each step compared with the model.
struct QueueWalk {
    /// What a worker believes to hold: it may be wrong.
    private var beliefs: [String: [JobLease]] = [:]
    private var model: QueueModel
    private var dice: SeededGenerator
    private var ids: [JobID] = []
    private var story: [String] = []
    private let queue: JobQueue
    private let clock: TestQueue.ShiftedClock
    private let redis: RedisClient
    private let prefix: String
    private let start: Int64
    private let seed: UInt64
    private var made = 0

    private static let workers = ["one", "two", "three"]

    /// - Parameter start: the server's time in ms.
    init(seed: UInt64, redis: RedisClient, start: Int64) {
        var dice = SeededGenerator(seed: seed)
        let capacity = dice.chance(50) ? 1_000 : 4
        let concurrency = dice.chance(50) ? 0 : 2
        let isStrict = dice.chance(30)
        let clock = TestQueue.ShiftedClock()
        prefix = "walk:\(seed)"
        self.seed = seed
        queue = JobQueue(
            redis: redis,
            configuration: JobQueueConfiguration(
                prefix: prefix,
                eventStream: "\(prefix):events",
                capacity: capacity,
                concurrency: [.pdf: concurrency],
                isStrict: isStrict,
                lease: .milliseconds(QueueModel.lease),
                recoveryLimit: QueueModel.recoveryLimit,
                settling: .zero,
                retryPauses: [.milliseconds(QueueModel.pause)],
                retryJitter: 0,
                clockShift: { clock.milliseconds }
            ),
            logger: .silent
        )
        model = QueueModel(capacity: capacity, concurrency: concurrency, isStrict: isStrict)
        self.dice = dice
        self.clock = clock
        self.redis = redis
        self.start = start
    }

    /// - Throws: ``Unexpected`` with the story so far, if the queue does not do what the model says.
    mutating func run(steps: Int) async throws {
        for index in 0..<steps {
            try await step()
            if index % 4 == 3 { try await compare() }
        }
        try await finish()
    }

    private mutating func step() async throws {
        let worker = Self.workers[Int.random(in: 0..<3, using: &dice)]
        switch Int.random(in: 0..<100, using: &dice) {
        case ..<20: try await submit()
        case ..<42: try await claim(worker)
        case ..<50: try await beat(worker)
        case ..<72: try await say(worker)
        case ..<78: try await cancel()
        case ..<82: try await retry()
        case ..<87:
            let seconds = Int64.random(in: 1...5, using: &dice) * 10
            clock.advance(by: .seconds(seconds))
            model.now += seconds * 1000
            story.append("\(seconds) s pass")
        case ..<91: try await promote()
        case ..<95: try await recover(worker)
        case ..<97: try await pauseOrResume()
        case ..<98:
            story.append("\(worker) dies")
            beliefs[worker] = nil
        case ..<99:
            let (removed, mended) = try await queue.sweep()
            try expect("sweep", "\(removed) \(mended)", "0 0")
        default:
            let status = [JobStatus.completed, .failed, .cancelled][Int.random(in: 0..<3, using: &dice)]
            let count = try await queue.clean(.pdf, status: status, olderThan: .zero, limit: 1_000)
            try expect("clean \(status)", "\(count)", "\(model.clean(status))")
        }
    }

    private mutating func submit() async throws {
        if !ids.isEmpty, dice.chance(10) {
            // The same again, as after a lost answer.
            let id = ids[Int.random(in: 0..<ids.count, using: &dice)]
            guard model.jobs[id] != nil else { return }
            guard case .repeated = try await queue.submit(submission(id, .normal, 0, false)) else {
                throw failure("submit \(id) again was not seen as such")
            }
            return
        }
        made += 1
        guard let id = JobID("00000000-0000-4000-8000-\(100_000 + seed % 100_000)\(100_000 + made)") else {
            throw failure("the id is none")
        }
        let priority = JobPriority.allCases[Int.random(in: 0..<3, using: &dice)]
        let maxRetries = Int.random(in: 0...2, using: &dice)
        let isDelayed = dice.chance(25)
        let isTaken = model.submit(id, priority, maxRetries: maxRetries, isDelayed: isDelayed)
        let answer: String
        switch try await queue.submit(submission(id, priority, maxRetries, isDelayed)) {
        case .accepted: answer = "accepted"
        case .full: answer = "full"
        case .repeated: answer = "repeated"
        case .conflict: answer = "conflict"
        }
        if isTaken { ids.append(id) }
        try expect("submit \(id) \(priority)\(isDelayed ? " delayed" : "")", answer, isTaken ? "accepted" : "full")
    }

    private func submission(_ id: JobID, _ priority: JobPriority, _ maxRetries: Int, _ isDelayed: Bool) -> JobSubmission
    {
        JobSubmission(
            id: id,
            payload: Array(json: "{}"),
            priority: priority,
            maxRetries: maxRetries,
            runAt: isDelayed ? Timestamp(milliseconds: start + model.now + QueueModel.delay) : nil,
            createdAt: Timestamp(milliseconds: start + model.now)
        )
    }

    private mutating func claim(_ worker: String) async throws {
        let possible = model.claimable()
        let job = try await queue.claim(from: [.pdf], worker: worker)
        story.append("\(worker) claims: \(job.map { "\($0.lease.job) fence \($0.lease.fence)" } ?? "nothing")")
        guard let job else {
            if !possible.isEmpty { throw failure("it should have got one of \(possible)") }
            return
        }
        guard possible.contains(job.lease.job) else { throw failure("it should have got one of \(possible)") }
        guard job.retryCount == model.jobs[job.lease.job]?.retryCount else {
            throw failure("the count of tries is wrong")
        }
        model.claimed(job.lease.job, fence: job.lease.fence)
        beliefs[worker, default: []].append(job.lease)
    }

    private mutating func beat(_ worker: String) async throws {
        let leases = beliefs[worker] ?? []
        let record = WorkerRecord(
            name: worker,
            state: .busy,
            queues: [.pdf],
            concurrency: 9,
            currentJobs: [],
            startedAt: Timestamp(milliseconds: 1),
            lastBeatAt: Timestamp(milliseconds: 1)
        )
        let answers = try await queue.beat(record, leases: leases)
        try expect("\(worker) beats", "\(answers)", "\(leases.map { model.beat($0, renews: true) })")
        // Some go on all the same.
        if dice.chance(70) { beliefs[worker]?.removeAll { !model.holds($0) } }
    }

    private mutating func say(_ worker: String) async throws {
        guard let leases = beliefs[worker], !leases.isEmpty else { return }
        let lease = leases[Int.random(in: 0..<leases.count, using: &dice)]
        let what = "\(worker) says of \(lease.job) \(lease.fence)"
        switch Int.random(in: 0..<10, using: &dice) {
        case 0...3:
            let answer = try await queue.complete(lease, result: Array(json: "{}"))
            try expect("\(what): complete", Self.text(answer), model.say("complete", lease))
        case 4...6:
            let isRetriable = dice.chance(75)
            let answer = try await queue.fail(lease, JobFailure("x", isRetriable: isRetriable))
            try expect(
                "\(what): fail \(isRetriable)",
                Self.text(answer),
                model.say("fail", lease, isRetriable: isRetriable)
            )
        case 7:
            let answer = try await queue.cancelled(lease)
            try expect("\(what): cancelled", Self.text(answer), model.say("cancelled", lease))
        case 8:
            let answer = try await queue.release(lease)
            try expect("\(what): release", Self.text(answer), model.say("release", lease))
        default:
            let answer = try await queue.progress(JobProgress(percent: 7), of: lease)
            try expect("\(what): progress", "\(answer)", "\(model.beat(lease, renews: false))")
            return
        }
        // Some say it twice.
        if dice.chance(80) { beliefs[worker]?.removeAll { $0 == lease } }
    }

    private mutating func cancel() async throws {
        guard !ids.isEmpty else { return }
        let id = ids[Int.random(in: 0..<ids.count, using: &dice)]
        let answer: String
        switch try await queue.cancel(id, by: "ops") {
        case .cancelled: answer = "cancelled"
        case .requested: answer = "requested"
        case .ended(let status): answer = "ended \(status)"
        case .notFound, .onItsWay: answer = "notFound"
        }
        try expect("cancel \(id)", answer, model.cancel(id))
    }

    private mutating func retry() async throws {
        guard !ids.isEmpty else { return }
        let id = ids[Int.random(in: 0..<ids.count, using: &dice)]
        let answer: String
        switch try await queue.retry(id, by: "ops") {
        case .queued: answer = "queued"
        case .notEnded(let status): answer = "notEnded \(status)"
        case .completed: answer = "completed"
        case .expired: answer = "expired"
        case .full: answer = "full"
        case .notFound: answer = "notFound"
        }
        try expect("retry \(id)", answer, model.retry(id))
    }

    private mutating func promote() async throws {
        try expect("promote", "\(try await queue.promote().moved)", "\(model.promote())")
    }

    private mutating func recover(_ worker: String) async throws {
        let held = dice.chance(80) ? beliefs[worker] ?? [] : []
        let recovery = try await queue.recover(except: held)
        try expect(
            "\(worker) recovers",
            "\([recovery.requeued, recovery.ended, recovery.kept])",
            "\(model.recover(except: Set(held.map(\.job))))"
        )
    }

    private mutating func pauseOrResume() async throws {
        model.isPaused.toggle()
        story.append(model.isPaused ? "pause" : "resume")
        if model.isPaused { try await queue.pause(.pdf) } else { try await queue.resume(.pdf) }
    }

    /// Everything that can be seen of the queue is what the model says.
    private func compare() async throws {
        let records = try await queue.jobs(ids)
        for (id, record) in zip(ids, records) where record?.status != model.jobs[id]?.status {
            throw failure("\(id) is \(record?.status.rawValue ?? "gone")")
        }
        guard let statistics = try await queue.queues().first else { return }
        let seen = [statistics.waiting, statistics.delayed, statistics.active]
        let expected = [model.count(.queued), model.count(.scheduled), model.count(.processing)]
        guard seen == expected else { throw failure("waiting, delayed, active are \(seen), not \(expected)") }
        guard model.concurrency == 0 || statistics.active <= model.concurrency else { throw failure("too many run") }
    }

    /// Lets everything come to its end.
    private mutating func finish() async throws {
        if model.isPaused { try await pauseOrResume() }
        beliefs = [:]
        // A job may still have all its tries and recoveries before it.
        for _ in 0..<6 {
            clock.advance(by: .seconds(100))
            model.now += 100_000
            story.append("100 s pass")
            try await promote()
            try await recover("last")
            while !model.claimable().isEmpty {
                try await claim("last")
                guard let lease = beliefs["last"]?.popLast() else { throw failure("nothing was claimed") }
                let answer = try await queue.complete(lease, result: Array(json: "{}"))
                try expect("last completes \(lease.job)", Self.text(answer), model.say("complete", lease))
            }
        }
        try await compare()
        guard model.jobs.values.allSatisfy(\.status.isEnd) else { throw failure("some jobs have not ended") }
        for name in ["queue:pdf:again", "queue:pdf:high", "queue:pdf:normal", "queue:pdf:low"] {
            let length = try await redis.send(RedisCommand("XLEN", "\(prefix):\(name)")).integer
            guard length == 0 else { throw failure("\(name) is not empty") }
        }
        let live = try await redis.send(RedisCommand("SCARD", "\(prefix):live")).integer
        guard live == 0 else { throw failure("jobs are still listed as live") }
        let events = try await redis.send(RedisCommand("XRANGE", "\(prefix):events", "-", "+")).array ?? []
        let announced = events.map { event in
            let fields = event.array?.last?.array?.compactMap(\.string) ?? []
            return "\(fields[1]) \(fields[3])"
        }
        // Jobs that end in one recovery end in any order among themselves; the ends of one job are numbered.
        guard announced.sorted() == model.announced.sorted() else {
            throw failure("announced were \(announced), not \(model.announced)")
        }
        let archived = try await redis.send(RedisCommand("XLEN", "\(prefix):ended")).integer
        guard archived == Int64(announced.count) else { throw failure("the archive has \(archived ?? 0) entries") }
    }

    private mutating func expect(_ what: String, _ seen: String, _ expected: String) throws {
        story.append("\(what): \(seen)")
        if seen != expected { throw failure("it should have been: \(expected)") }
    }

    private func failure(_ what: String) -> Unexpected {
        Unexpected("\(what)\n" + story.suffix(60).joined(separator: "\n"))
    }

    private static func text(_ answer: FinishAnswer) -> String {
        switch answer {
        case .ended(let status): "ended \(status)"
        case .willRetry: "willRetry"
        case .released: "released"
        case .alreadySaid: "alreadySaid"
        case .leaseLost: "leaseLost"
        }
    }
}
