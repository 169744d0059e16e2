import Deliveries
import JobQueue
import RedisClient
import Testing

@Suite("Claiming jobs")
struct ClaimTests {
    @Test("priorities share 6 : 3 : 1, in the order of submission within each")
    func weighted() async throws {
        try await TestQueue.run { test in
            var submitted: [JobPriority: [JobID]] = [:]
            for priority in [JobPriority.low, .normal, .high] {
                for _ in 0..<20 {
                    submitted[priority, default: []].append(try await test.submit { $0.priority = priority })
                }
            }
            var claimed: [JobPriority: [JobID]] = [:]
            for _ in 0..<20 {
                let job = try await test.claim()
                claimed[try await test.record(job.lease.job).priority, default: []].append(job.lease.job)
            }
            #expect(claimed.mapValues(\.count) == [.high: 12, .normal: 6, .low: 2])
            for (priority, ids) in claimed { #expect(ids == Array(submitted[priority, default: []].prefix(ids.count))) }
        }
    }

    @Test("a server that lost its last writes gives out no lease a second time")
    func fencesAfterLoss() async throws {
        try await TestQueue.run { test in
            try await test.submit()
            try await test.submit()
            let before = try await test.redis.send(RedisCommand("GET", "postback:jobs:fence"))
            let first = try await test.claim("one").lease
            if let value = before.string {
                _ = try await test.redis.send(RedisCommand("SET", "postback:jobs:fence", value))
            } else {
                _ = try await test.redis.send(RedisCommand("SET", "postback:jobs:fence", String(first.fence - 1)))
            }
            #expect(try await test.claim("two").lease.fence > first.fence)
        }
    }

    @Test("a turn that finds its priority empty goes to the highest that waits")
    func emptyTurns() async throws {
        try await TestQueue.run { test in
            var expected: [JobID] = []
            for priority in [JobPriority.normal, .normal, .low] {
                expected.append(try await test.submit { $0.priority = priority })
            }
            var claimed: [JobID] = []
            for _ in 0..<3 { claimed.append(try await test.claim().lease.job) }
            #expect(claimed == expected)
        }
    }

    @Test("in strict order a lower priority waits for all higher ones")
    func strict() async throws {
        try await TestQueue.run({ $0.isStrict = true }) { test in
            for priority in [JobPriority.low, .normal, .high, .low, .normal, .high] {
                try await test.submit { $0.priority = priority }
            }
            var order: [JobPriority] = []
            for _ in 0..<6 { order.append(try await test.record(try await test.claim().lease.job).priority) }
            #expect(order == [.high, .high, .normal, .normal, .low, .low])
        }
    }

    @Test("a claimed job is processing, and carries what was submitted")
    func claimedJob() async throws {
        try await TestQueue.run { test in
            let id = try await test.submit {
                $0.payload = [0x7B, 0x00, 0xFF, 0x0D, 0x0A, 0x7D]
                $0.productID = "p"
                $0.code = "c"
                $0.tenant = "t"
                $0.timeout = .milliseconds(1_234)
            }
            let job = try await test.claim("one")
            #expect(job.lease.job == id && job.payload == [0x7B, 0x00, 0xFF, 0x0D, 0x0A, 0x7D])
            #expect(job.kind == "script" && job.productID == "p" && job.code == "c" && job.tenant == "t")
            #expect(job.timeout == .milliseconds(1_234) && job.retryCount == 0 && job.maxRetries == 3)
            let record = try await test.record(id)
            #expect(record.status == .processing && record.worker == "one" && record.startedAt != nil)
            #expect(try await test.queue.claim(from: [.pdf], worker: "two") == nil)
            #expect(try await test.streamLength() == 0)
        }
    }

    @Test("a paused queue takes jobs and gives none out; resuming it gives them out")
    func pause() async throws {
        try await TestQueue.run { test in
            try await test.queue.pause(.pdf)
            let id = try await test.submit()
            #expect(try await test.queue.claim(from: [.pdf], worker: "one") == nil)
            let paused = try await test.queue.queues()
            #expect(paused.map(\.isPaused) == [true] && paused.map(\.waiting) == [1])
            try await test.queue.resume(.pdf)
            #expect(try await test.claim().lease.job == id)
            #expect(try await test.queue.queues().map(\.isPaused) == [false])
        }
    }

    @Test("a queue runs no more jobs at once than its limit, over all workers")
    func concurrency() async throws {
        try await TestQueue.run({ $0.concurrency = [.pdf: 2] }) { test in
            for _ in 0..<3 { try await test.submit() }
            let first = try await test.claim("one")
            _ = try await test.claim("two")
            #expect(try await test.queue.claim(from: [.pdf], worker: "three") == nil)
            _ = try await test.queue.complete(first.lease, result: Array(json: "{}"))
            _ = try await test.claim("three")
        }
    }

    @Test("queues are asked in the order given; one that is paused or full does not hide the next")
    func severalQueues() async throws {
        try await TestQueue.run { test in
            let other = try #require(QueueName("other"))
            let inPDF = try await test.submit()
            let inOther = try await test.submit { $0.queue = other }
            try await test.queue.pause(.pdf)
            #expect(try await test.claim(from: [.pdf, other]).lease.job == inOther)
            try await test.queue.resume(.pdf)
            #expect(try await test.claim(from: [other, .pdf]).lease.job == inPDF)
        }
    }

    @Test("fences rise with each claim, also after the server lost everything")
    func fences() async throws {
        try await TestQueue.run { test in
            var fences: [Int64] = []
            for _ in 0..<3 {
                try await test.submit()
                fences.append(try await test.claim().lease.fence)
            }
            _ = try await test.redis.send(RedisCommand("FLUSHALL"))
            try await test.submit()
            fences.append(try await test.claim().lease.fence)
            #expect(fences == fences.sorted() && Set(fences).count == 4)
        }
    }

    @Test("entries of jobs that are gone, or are elsewhere, are passed over")
    func strayEntries() async throws {
        try await TestQueue.run { test in
            let stream = "postback:jobs:queue:pdf:normal"
            let foreign = JobID()
            for fields in [["id", foreign.text], ["id", "nonsense"], ["x", "y"]] {
                _ = try await test.redis.send(RedisCommand("XADD", stream, "*", fields[0], fields[1]))
            }
            let id = try await test.submit()
            _ = try await test.redis.send(RedisCommand("XADD", stream, "*", "id", id.text))
            #expect(try await test.claim().lease.job == id)
            #expect(try await test.queue.claim(from: [.pdf], worker: "one") == nil)
            #expect(try await test.streamLength() == 0)
        }
    }
}
