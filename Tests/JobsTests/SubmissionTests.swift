import Deliveries
import Foundation
import JobQueue
import Jobs
import Ledger
import ReceiverTestSupport
import RedisClient
import RedisTestSupport
import Testing

/// Submitting, with Redis there and with Redis away.
@Suite(.timeLimit(.minutes(2)))
struct SubmissionTests {
    private let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
    }

    private func run<Value: Sendable>(
        spoolBound: Int = 100,
        _ body: @Sendable (TestJobs) async throws -> Value
    ) async throws -> Value {
        let redis = try await RedisTestServer.start(.unix, configuration: ["appendonly yes"])
        return try await TestJobs.run(redis: redis, directory: directory, spoolBound: spoolBound, body)
    }

    @Test("A job that is submitted has a position, and is found")
    func accepts() async throws {
        try await run { jobs in
            let first = try await jobs.accept(Sample.submission(1))
            let second = try await jobs.accept(Sample.submission(2))
            #expect([first.position, second.position] == [1, 2])
            let found = try await jobs.desk.jobs([second.record.id, JobID(), first.record.id])
            #expect(found.map { $0?.record.code } == ["C2", nil, "C1"])
            #expect(found.map { $0?.position } == [2, nil, 1])
        }
    }

    @Test("A submission is not spooled for a key that holds something else: it would wait for ever")
    func foreignKey() async throws {
        try await run { jobs in
            let key = "postback:jobs:queue:pdf:normal"
            _ = try await jobs.client.send(RedisCommand("SET", key, "mine"))
            let error = await #expect(throws: JobsError.self) { try await jobs.desk.submit(Sample.submission(1)) }
            guard case .damaged(let reason)? = error else { throw TestFailure("got \(error.debugDescription)") }
            #expect(reason.contains("WRONGTYPE"))
            #expect(try await jobs.ledger.spooledSubmissions(limit: 1).isEmpty)
            _ = try await jobs.client.send(RedisCommand("DEL", key))
            _ = try await jobs.accept(Sample.submission(1))
        }
    }

    @Test("What Redis refuses for good is not spooled, and is refused with the reason")
    func missingPermission() async throws {
        try await run { jobs in
            _ = try await jobs.redis.cli("ACL", "SETUSER", "default", "-evalsha", "-eval")
            let error = await #expect(throws: JobsError.self) { try await jobs.desk.submit(Sample.submission(1)) }
            guard case .unavailable(let reason)? = error else { throw TestFailure("got \(error.debugDescription)") }
            #expect(reason.contains("NOPERM"))
            #expect(try await jobs.ledger.spooledSubmissions(limit: 1).isEmpty)
            _ = try await jobs.redis.cli("ACL", "SETUSER", "default", "+evalsha", "+eval")
            _ = try await jobs.accept(Sample.submission(1))
        }
    }

    @Test("A job has an estimate once one of its kind was measured")
    func estimates() async throws {
        try await run { jobs in
            let first = try await jobs.accept(Sample.submission(1))
            #expect(first.estimatedCompletion == nil)
            _ = try await jobs.completeNext()
            try await jobs.ledger.archived.wait(for: 1)
            // What was asked is kept for a moment, so another product is asked for.
            let second = try await jobs.accept(Sample.submission(2, productID: "letter"))
            #expect(try #require(second.estimatedCompletion) >= Sample.now)
            try await jobs.queue.pause(.pdf)
            let third = try await jobs.accept(Sample.submission(3, productID: "card"))
            #expect(third.estimatedCompletion == nil)
        }
    }

    @Test("The same idempotency key is the same job, and with another body a conflict; tenants have keys of their own")
    func idempotency() async throws {
        try await run { jobs in
            let first = try await jobs.accept(Sample.submission(1, key: "k"))
            let repeated = try await jobs.desk.submit(Sample.submission(2, key: "k"))
            guard case .repeated(let standing) = repeated else { throw TestFailure("got \(repeated)") }
            #expect(standing.record.id == first.record.id)
            #expect(standing.record.code == "C1")
            #expect(try await jobs.desk.submit(Sample.submission(3, key: "k", body: 2)) == .conflict(first.record.id))
            let other = try await jobs.accept(Sample.submission(4, key: "k", body: 2, tenant: "acme"))
            #expect(other.record.id != first.record.id)
        }
    }

    @Test("While Redis is away jobs are taken, found, and queued in their order once it is back")
    func spools() async throws {
        try await run { jobs in
            try await jobs.waitForConnection()
            await jobs.redis.kill9()
            try await jobs.waitForLoss()
            var ids: [JobID] = []
            for number in 1...20 {
                let standing = try await jobs.accept(Sample.submission(Int64(number)))
                #expect(standing.position == nil)
                #expect(standing.record.status == .queued)
                ids.append(standing.record.id)
            }
            #expect(try await jobs.desk.jobs(ids).map { $0?.record.id } == ids)
            await #expect(throws: JobsError.self) { try await jobs.desk.jobs([JobID()]) }
            await #expect(throws: JobsError.self) { try await jobs.desk.cancel(ids[0], by: "ops") }

            try await jobs.redis.restart()
            try await jobs.ledger.unspooled.wait(for: 20)
            var claimed: [JobID] = []
            for _ in ids { claimed.append(try await jobs.completeNext()) }
            #expect(claimed == ids)
            #expect(try await jobs.queue.claim(from: [.pdf], worker: "w") == nil)
        }
    }

    @Test(
        "A spooled job that foreign data keeps from its queue does not hold up those behind it, and is queued once that is mended"
    )
    func foreignKeyOverOutage() async throws {
        try await run { jobs in
            try await jobs.waitForConnection()
            let key = "postback:jobs:queue:broken:normal"
            _ = try await jobs.redis.cli("SET", key, "x")
            await jobs.redis.kill9()
            try await jobs.waitForLoss()
            var stuck = Sample.submission(1)
            stuck.queue = try #require(QueueName("broken"))
            _ = try await jobs.accept(stuck)
            let other = try await jobs.accept(Sample.submission(2)).record.id
            try await jobs.redis.restart()
            try await jobs.ledger.unspooled.wait(for: 1)
            #expect(try await jobs.completeNext() == other)
            _ = try await jobs.redis.cli("DEL", key)
            try await jobs.ledger.unspooled.wait(for: 2)
            #expect(try await jobs.queue.claim(from: [stuck.queue], worker: "w")?.lease.job == stuck.id)
        }
    }

    @Test("What is spooled outlives the process")
    func spoolOutlivesProcess() async throws {
        let redis = try await RedisTestServer.start(.unix, configuration: ["appendonly yes"])
        await redis.kill9()
        let id = try await TestJobs.run(redis: redis, directory: directory, isReachable: false) { jobs in
            try await jobs.accept(Sample.submission(1)).record.id
        }
        try await redis.restart()
        try await TestJobs.run(redis: redis, directory: directory) { jobs in
            try await jobs.ledger.unspooled.wait(for: 1)
            #expect(try await jobs.standing(id)?.position == 1)
        }
    }

    @Test("A repeat that is spooled while its first is in Redis is the same job, and runs once")
    func idempotencyOverOutage() async throws {
        try await run { jobs in
            let first = try await jobs.accept(Sample.submission(1, key: "k"))
            await jobs.redis.kill9()
            try await jobs.waitForLoss()
            let second = try await jobs.accept(Sample.submission(1, key: "k"))
            #expect(second.record.id == first.record.id)
            let third = try await jobs.desk.submit(Sample.submission(1, key: "k"))
            guard case .repeated(let standing) = third else { throw TestFailure("got \(third)") }
            #expect(standing.record.id == first.record.id)
            #expect(try await jobs.desk.submit(Sample.submission(1, key: "k", body: 2)) == .conflict(first.record.id))
            try await jobs.redis.restart()
            try await jobs.ledger.unspooled.wait(for: 1)
            #expect(try await jobs.desk.queues().first?.waiting == 1)
        }
    }

    @Test("A spooled job whose key turns out to belong to another body fails, and its failure is announced")
    func conflictOverOutage() async throws {
        try await run { jobs in
            let first = try await jobs.accept(Sample.submission(1, key: "k"))
            await jobs.redis.kill9()
            try await jobs.waitForLoss()
            let second = try await jobs.accept(
                Sample.submission(2, key: "k", body: 2, failureURL: "https://example.com/failed")
            )
            #expect(second.record.id != first.record.id)
            try await jobs.redis.restart()
            try await jobs.ledger.unspooled.wait(for: 1)
            let failed = try #require(try await jobs.standing(second.record.id)).record
            #expect(failed.status == .failed)
            #expect(failed.error?.contains("\(first.record.id)") == true)
            let event = try await jobs.redis.cli("XRANGE", "postback:events", "-", "+")
            #expect(event.contains("\(second.record.id):1"))
            #expect(event.contains("job.failed"))
            #expect(event.contains("https://example.com/failed"))
        }
    }

    @Test("A submission of which nobody knows whether Redis took it is queued once")
    func unknownOutcome() async throws {
        try await run { jobs in
            _ = try await jobs.accept(Sample.submission(1))
            jobs.redis.pause()
            let second = try await jobs.accept(Sample.submission(2))
            #expect(second.position == nil)
            // The frozen server has the command in its socket, and does it when it goes on.
            jobs.redis.resume()
            try await jobs.ledger.unspooled.wait(for: 1)
            #expect(try await jobs.desk.queues().first?.waiting == 2)
            #expect(try await jobs.standing(second.record.id)?.position == 2)
        }
    }

    @Test("When as many wait for Redis as may, the next is refused, and nothing of it is kept")
    func bound() async throws {
        try await run(spoolBound: 1) { jobs in
            try await jobs.waitForConnection()
            await jobs.redis.kill9()
            try await jobs.waitForLoss()
            _ = try await jobs.accept(Sample.submission(1))
            await #expect(throws: JobsError.unavailable(reason: "Redis is away, and as many jobs wait for it as may")) {
                try await jobs.desk.submit(Sample.submission(2))
            }
            #expect(try await jobs.ledger.spooledCount() == 1)
        }
    }
}
