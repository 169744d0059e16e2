import Deliveries
import JobQueue
import RedisClient
import Testing

@Suite("Submitting jobs")
struct SubmitTests {
    @Test("an accepted job is found as it was submitted, with its place in the queue")
    func accepted() async throws {
        try await TestQueue.run { test in
            let submission = JobSubmission(
                payload: Array(json: #"{"a":1}"#),
                priority: .high,
                tenant: "acme",
                productID: "psikotes_v2",
                code: "USER123",
                callbackURL: "https://n8n.example.com/webhook/pdf-complete",
                failureURL: "https://n8n.example.com/webhook/pdf-failed",
                maxRetries: 5,
                timeout: .milliseconds(1_500),
                createdAt: Timestamp(milliseconds: 1_700_000_000_123)
            )
            try await test.submit { $0.priority = .high }
            guard case .accepted(let record, position: 2) = try await test.queue.submit(submission) else {
                throw Unexpected("not second")
            }
            var expected = JobRecord(submission)
            expected.updatedAt = record.updatedAt
            #expect(record == expected)
            #expect(try await test.queue.job(submission.id) == expected)
            #expect(try await test.queue.job(JobID()) == nil)
        }
    }

    @Test(
        "the ids of jobs' own events are known by their form",
        arguments: [
            ("0b1a7c5e-1111-4222-8333-944445555666:1", true), ("0B1A7C5E-1111-4222-8333-944445555666:12", true),
            ("0b1a7c5e-1111-4222-8333-944445555666", false), ("0b1a7c5e-1111-4222-8333-944445555666:", false),
            ("0b1a7c5e-1111-4222-8333-944445555666:1a", false), ("0b1a7c5e-1111-4222-8333-944445555666:1:1", false),
            ("0b1a7c5e111142228333944445555666:1", false), ("evt_1:1", false), ("order-1", false),
        ]
    )
    func eventIDs(id: String, isEventID: Bool) {
        #expect(JobQueue.isEventID(id) == isEventID)
    }

    @Test("the same submission again, after a lost answer, is the same job")
    func repeatedSubmission() async throws {
        try await TestQueue.run { test in
            let submission = JobSubmission(payload: Array(json: "{}"), createdAt: Timestamp(milliseconds: 1))
            _ = try await test.queue.submit(submission)
            guard case .repeated(let record) = try await test.queue.submit(submission) else {
                throw Unexpected("not repeated")
            }
            #expect(record.id == submission.id)
            #expect(try await test.streamLength() == 1)
        }
    }

    @Test(
        "a key that holds something else is damage, not absence",
        arguments: [
            "queue:pdf:normal", "queue:pdf", "queues", "live", "index", "job:0b0b0b0b-0b0b-4b0b-8b0b-0b0b0b0b0b0b",
        ]
    )
    func foreignKey(name: String) async throws {
        try await TestQueue.run { test in
            _ = try await test.redis.send(RedisCommand("SET", "postback:jobs:\(name)", "mine"))
            let id = try #require(JobID("0b0b0b0b-0b0b-4b0b-8b0b-0b0b0b0b0b0b"))
            let error = await #expect(throws: JobQueueError.self) {
                try await test.submit { $0.id = id }
            }
            #expect(error?.code == .damaged, "\(error?.reason ?? "")")
        }
    }

    @Test(
        "an idempotency key: same body, same job; other body, conflict; other tenant, another job; after its life, a new job"
    )
    func idempotency() async throws {
        try await TestQueue.run({ $0.idempotencyLifetime = .seconds(60) }) { test in
            func submit(_ fingerprint: UInt8, tenant: String? = nil) async throws -> (JobID, SubmitAnswer) {
                let submission = JobSubmission(
                    payload: Array(json: "{}"),
                    tenant: tenant,
                    createdAt: Timestamp(milliseconds: 1),
                    idempotency: IdempotencyKey(key: "order 7 \u{e9}:", fingerprint: [0, fingerprint, 255])
                )
                return (submission.id, try await test.queue.submit(submission))
            }
            let (first, answer) = try await submit(1)
            guard case .accepted = answer else { throw Unexpected("not accepted") }
            guard case .repeated(let record) = try await submit(1).1 else { throw Unexpected("not repeated") }
            #expect(record.id == first)
            #expect(try await submit(2).1 == .conflict(first))
            guard case .accepted = try await submit(2, tenant: "acme").1 else { throw Unexpected("tenants share keys") }
            #expect(try await test.streamLength() == 2)

            // The key's life is the server's own time, and is cut short here.
            let key = "postback:jobs:idempotency:0::order 7 \u{e9}:"
            let left = try await test.number(RedisCommand("PTTL", key))
            #expect(left > 0 && left <= 60_000)
            _ = try await test.redis.send(RedisCommand("PEXPIRE", key, "1"))
            while try await test.number(RedisCommand("EXISTS", key)) == 1 {
                try await Task.sleep(for: .milliseconds(20))
            }
            guard case .accepted = try await submit(2).1 else { throw Unexpected("the key is still held") }
        }
    }

    @Test("an idempotency key refuses another body for its whole life, also once its job was cleaned away")
    func keyOutlivesJob() async throws {
        try await TestQueue.run { test in
            func submit(_ fingerprint: UInt8) async throws -> SubmitAnswer {
                let key = IdempotencyKey(key: "order 7", fingerprint: [fingerprint])
                return try await test.queue.submit(
                    JobSubmission(payload: Array(json: "{}"), createdAt: Timestamp(milliseconds: 1), idempotency: key)
                )
            }
            guard case .accepted(let first, _) = try await submit(1) else { throw Unexpected("not accepted") }
            _ = try await test.queue.fail(try await test.claim().lease, JobFailure("x", isRetriable: false))
            test.clock.advance(by: .seconds(100))
            #expect(try await test.queue.clean(.pdf, status: .failed, olderThan: .seconds(50), limit: 100) == 1)
            #expect(try await submit(2) == .conflict(first.id))
            guard case .accepted = try await submit(1) else { throw Unexpected("the same is refused") }
        }
    }

    @Test("a full queue refuses; retries and what is given back always have a place")
    func capacity() async throws {
        try await TestQueue.run({ $0.capacity = 3 }) { test in
            for _ in 0..<2 { try await test.submit() }
            let claimed = try await test.claim()
            try await test.submit()
            try await test.submit { $0.runAt = .distantFuture.advanced(byMilliseconds: -1 << 60) }
            let more = JobSubmission(payload: Array(json: "{}"), createdAt: Timestamp(milliseconds: 1))
            #expect(try await test.queue.submit(more) == .full(limit: 3))
            #expect(try await test.queue.job(more.id) == nil)
            #expect(try await test.queue.release(claimed.lease) == .released)
            #expect(try await test.queue.submit(more) == .full(limit: 3))
            #expect(try await test.queue.queues().map(\.waiting) == [3])
            #expect(try await test.queue.queues().map(\.delayed) == [1])
        }
    }

    @Test("a payload above the limit is refused and says how large it is")
    func payloadLimit() async throws {
        try await TestQueue.run({ $0.payloadLimit = 10 }) { test in
            let submission = JobSubmission(
                payload: Array(repeating: 0x20, count: 11),
                createdAt: Timestamp(milliseconds: 1)
            )
            await #expect(throws: JobQueueError(.refused, "the payload is 11 bytes long, more than the limit of 10")) {
                try await test.queue.submit(submission)
            }
        }
    }

    @Test("a job with run_at waits until then and not longer")
    func runAt() async throws {
        try await TestQueue.run { test in
            let now = try await test.serverSeconds()
            let id = try await test.submit { $0.runAt = Timestamp(seconds: now + 3600) }
            #expect(try await test.record(id).status == .scheduled)
            #expect(try await test.queue.claim(from: [.pdf], worker: "one") == nil)
            let (none, next) = try await test.queue.promote()
            #expect(none == 0)
            let wait = try #require(next)
            #expect(wait > .seconds(3590) && wait <= .seconds(3600))
            test.clock.advance(by: wait + .milliseconds(1))
            #expect(try await test.queue.promote().moved == 1)
            #expect(try await test.claim().lease.job == id)
        }
    }

    @Test("a run_at in the past waits for nothing")
    func runAtPast() async throws {
        try await TestQueue.run { test in
            let id = try await test.submit { $0.runAt = Timestamp(milliseconds: 5) }
            #expect(try await test.record(id).status == .queued)
            #expect(try await test.claim().lease.job == id)
        }
    }
}
