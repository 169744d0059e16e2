import Deliveries
import Foundation
import JobQueue
import Jobs
import Ledger
import ReceiverTestSupport
import RedisTestSupport
import Synchronization
import Telemetry
import Testing

/// The permanent record of jobs, and what is asked of it.
@Suite(.timeLimit(.minutes(2)))
struct ArchiveTests {
    private let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
    }

    @Test("An ended job is answered although Redis has been flushed, and its idempotency key still counts")
    func outlivesRedis() async throws {
        let redis = try await RedisTestServer.start(.unix)
        try await TestJobs.run(redis: redis, directory: directory) { jobs in
            let submission = Sample.submission(1, key: "k", callbackURL: "https://example.com/done")
            let id = try await jobs.accept(submission).record.id
            _ = try await jobs.completeNext(result: #"{"pages":3}"#)
            let before = try #require(try await jobs.standing(id)).record
            try await jobs.ledger.archived.wait(for: 1)
            try await redis.cli("FLUSHALL")
            let after = try #require(try await jobs.standing(id)).record
            #expect(after == before)
            #expect(after.status == .completed)
            #expect(after.result == Array(#"{"pages":3}"#.utf8))
            let repeated = try await jobs.desk.submit(submission)
            guard case .repeated(let standing) = repeated else { throw TestFailure("got \(repeated)") }
            #expect(standing.record == before)
            #expect(try await jobs.desk.cancel(id, by: "ops") == .ended(.completed))
            #expect(try await jobs.desk.retry(id, by: "ops") == .completed)
        }
    }

    @Test("Jobs that ended while nobody moved them are in the ledger after the next start, each once")
    func takesUpWhatIsLeft() async throws {
        let redis = try await RedisTestServer.start(.unix)
        let ids = try await TestJobs.run(redis: redis, directory: directory, archives: false) { jobs in
            var ids: [JobID] = []
            for number in 1...3 {
                ids.append(try await jobs.accept(Sample.submission(Int64(number))).record.id)
                _ = try await jobs.completeNext()
            }
            // Read and not acknowledged: the process is killed between the two.
            let read = try await jobs.queue.readEnded(consumer: "archive", count: 2, block: .seconds(1))
            #expect(read.map(\.job?.id) == Array(ids.prefix(2)))
            return ids
        }
        try await TestJobs.run(redis: redis, directory: directory) { jobs in
            try await jobs.ledger.archived.wait(for: 3)
            let archived = try await jobs.ledger.archivedJobs(ArchivedJobQuery()).items.map(\.id)
            #expect(archived == ids.reversed().map(\.text))
            // Acknowledged after the commit: nothing is left to be read again.
            try await Self.untilEmpty("postback:jobs:ended", of: redis)
            // They are counted after that.
            let deadline = ContinuousClock.now + .seconds(10)
            while !jobs.registry.render().contains(#"postback_jobs_ended_total{queue="pdf",status="completed"} 3"#) {
                guard ContinuousClock.now < deadline else { throw TestFailure("the three are not counted") }
                try await Task.sleep(for: .milliseconds(10))
            }
        }
    }

    @Test("Jobs that the ledger did not take at first are given to it again, and not only those that end later")
    func ledgerFails() async throws {
        let redis = try await RedisTestServer.start(.unix)
        try await TestJobs.run(redis: redis, directory: directory) { jobs in
            jobs.ledger.failures.withLock { $0 = 2 }
            var ids: [JobID] = []
            for number in 1...3 {
                ids.append(try await jobs.accept(Sample.submission(Int64(number))).record.id)
                _ = try await jobs.completeNext()
            }
            try await jobs.ledger.archived.wait(for: 3)
            #expect(
                try await jobs.ledger.archivedJobs(ids.map(\.text)).map { $0?.status } == [
                    "completed", "completed", "completed",
                ]
            )
            try await Self.untilEmpty("postback:jobs:ended", of: redis)
        }
    }

    @Test("While Redis is away, a job that is run again is not told to have ended as it did before")
    func retriedWithoutRedis() async throws {
        let redis = try await RedisTestServer.start(.unix)
        try await TestJobs.run(redis: redis, directory: directory) { jobs in
            let keyed = Sample.submission(1, key: "again")
            let again = try await jobs.accept(keyed).record.id
            _ = try await jobs.failNext()
            let failed = try await jobs.accept(Sample.submission(2)).record.id
            _ = try await jobs.failNext()
            try await jobs.ledger.archived.wait(for: 2)
            guard case .queued = try await jobs.desk.retry(again, by: "ops") else { throw TestFailure("not queued") }
            await redis.stop()
            try await jobs.waitForLoss()
            #expect(try await jobs.standing(failed)?.record.status == .failed)
            await #expect(throws: JobsError.self) { try await jobs.standing(again) }
            // Nor to whoever submits it once more.
            let repeated = try await jobs.desk.submit(keyed)
            if case .repeated(let standing) = repeated { #expect(standing.record.status != .failed) }
            // Redis comes back without the job: its last end is what is known of it.
            try await redis.restart()
            try await jobs.waitForConnection()
            try await redis.cli("FLUSHALL")
            #expect(try await jobs.standing(again)?.record.status == .failed)
        }
    }

    /// Waits for what happens after the last thing that can be observed.
    private static func untilEmpty(_ stream: String, of redis: RedisTestServer) async throws {
        let deadline = ContinuousClock.now + .seconds(10)
        while try await redis.cli("XLEN", stream) != "0" {
            guard ContinuousClock.now < deadline else { throw TestFailure("\(stream) does not become empty") }
        }
    }

    @Test("A failed job that is run again is live: lists and look-ups show it as it is now, and remember its last end")
    func retried() async throws {
        let redis = try await RedisTestServer.start(.unix)
        try await TestJobs.run(redis: redis, directory: directory) { jobs in
            let id = try await jobs.accept(Sample.submission(1)).record.id
            _ = try await jobs.failNext()
            try await jobs.ledger.archived.wait(for: 1)
            guard case .queued = try await jobs.desk.retry(id, by: "ops") else { throw TestFailure("not queued") }
            #expect(try await jobs.standing(id)?.record.status == .queued)
            let failed = try await jobs.desk.list(JobQuery(status: .failed), limit: 10, cursor: nil)
            #expect(failed.jobs.isEmpty)
            let queued = try await jobs.desk.list(JobQuery(status: .queued), limit: 10, cursor: nil)
            #expect(queued.jobs.map(\.record.id) == [id])
            _ = try await jobs.completeNext()
            try await jobs.ledger.archived.wait(for: 2)
            let remembered = try await jobs.ledger.archivedJobs([id.text])
            #expect(remembered.map { $0?.status } == ["completed"])
        }
    }

    @Test(
        "A list shows jobs of Redis and of the ledger, each once, the newest first, page by page",
        arguments: [1, 2, 5]
    )
    func list(limit: Int) async throws {
        let redis = try await RedisTestServer.start(.unix)
        try await TestJobs.run(redis: redis, directory: directory) { jobs in
            var ids: [JobID] = []
            // Numbers 2 and 3 are made in the same millisecond.
            for number in [1, 2, 2, 4, 5, 6] {
                let tenant = number == 6 ? "acme" : nil
                ids.append(try await jobs.accept(Sample.submission(Int64(number), tenant: tenant)).record.id)
            }
            for _ in 0..<4 { _ = try await jobs.completeNext() }
            try await jobs.ledger.archived.wait(for: 4)
            // Of the four that ended Redis forgets two.
            #expect(try await jobs.desk.clean(.pdf, status: .completed, olderThan: .zero, limit: 2, by: "ops") == 2)
            var seen: [JobID] = []
            var cursor: String?
            repeat {
                let page = try await jobs.desk.list(JobQuery(), limit: limit, cursor: cursor)
                #expect(page.jobs.count <= limit)
                seen += page.jobs.map(\.record.id)
                cursor = page.next
            } while cursor != nil
            let twins = [ids[1], ids[2]].sorted { $0.text > $1.text }
            #expect(seen == [ids[5], ids[4], ids[3]] + twins + [ids[0]])

            let acme = try await jobs.desk.list(JobQuery(tenant: "acme"), limit: 10, cursor: nil)
            #expect(acme.jobs.map(\.record.id) == [ids[5]])
            let completed = try await jobs.desk.list(JobQuery(status: .completed), limit: 10, cursor: nil)
            #expect(completed.jobs.map(\.record.id) == [ids[3]] + twins + [ids[0]])
            await #expect(throws: JobsError.badCursor) {
                try await jobs.desk.list(JobQuery(), limit: 1, cursor: "nonsense")
            }
        }
    }

    @Test("A job shows how the delivery of its end stands, and none that is another tenant's", arguments: [nil, "bob"])
    func callback(tenant: String?) async throws {
        let redis = try await RedisTestServer.start(.unix)
        try await TestJobs.run(redis: redis, directory: directory) { jobs in
            let id = try await jobs.accept(Sample.submission(1)).record.id
            _ = try await jobs.completeNext()
            #expect(try await jobs.standing(id)?.callback == nil)
            let source = StreamSource(entryID: "1-0", fields: [])
            let delivery = NewDelivery(
                id: DeliveryID(rawValue: 1),
                eventID: "\(id):1",
                fingerprint: [],
                type: "job.completed",
                tenant: tenant,
                jobID: id.text,
                productID: nil,
                queue: "pdf",
                body: [],
                traceparent: nil,
                publishedAt: Sample.now,
                receivedAt: Sample.now,
                destination: "callback",
                route: nil,
                url: "https://example.com/done",
                source: source
            )
            _ = try await jobs.ledger.ledger.admit([.delivery(delivery)])
            #expect(try await jobs.standing(id)?.callback?.status == (tenant == nil ? .pending : nil))
        }
    }

    @Test("A Redis that refuses the queue's commands is reported with its reason, for as long as it does")
    func reportsRefusal() async throws {
        let redis = try await RedisTestServer.start(.unix)
        try await TestJobs.run(redis: redis, directory: directory) { jobs in
            try await jobs.waitForConnection()
            #expect(jobs.health.trouble == nil)
            try await redis.cli("ACL", "SETUSER", "default", "-xreadgroup")
            // The read that is under way waits to its end; the next one is refused.
            while jobs.health.trouble == nil { try await Task.sleep(for: .milliseconds(10)) }
            #expect(jobs.health.trouble?.contains("NOPERM") == true)
            try await redis.cli("ACL", "SETUSER", "default", "+xreadgroup")
            while jobs.health.trouble != nil { try await Task.sleep(for: .milliseconds(10)) }
        }
    }

    @Test("The counters of a queue are there before its first job has ended")
    func announcesCounters() {
        let registry = PrometheusRegistry()
        JobMetrics(factory: registry).announce(.pdf)
        for status in ["completed", "failed", "cancelled"] {
            #expect(registry.render().contains(#"postback_jobs_ended_total{queue="pdf",status="\#(status)"} 0"#))
        }
    }

    @Test("What a worker takes of its machine is shown while it lives, and no longer")
    func showsWorkers() {
        let registry = PrometheusRegistry()
        let metrics = JobMetrics(factory: registry)
        func worker(_ name: String, _ usage: WorkerUsage?) -> WorkerRecord {
            WorkerRecord(
                name: name,
                state: .busy,
                queues: [.pdf],
                concurrency: 4,
                currentJobs: [JobID()],
                startedAt: Timestamp(milliseconds: 0),
                lastBeatAt: Timestamp(milliseconds: 0),
                usage: usage
            )
        }
        let usage = WorkerUsage(processorMilliseconds: 2_500, memoryBytes: 70_000_000)
        let now = Timestamp(milliseconds: 0)
        metrics.levels([], workers: [worker("a", usage), worker("b", nil)], now: now)
        var text = registry.render()
        #expect(text.contains("# TYPE postback_worker_cpu_seconds_total counter\n"))
        #expect(text.contains(#"postback_worker_cpu_seconds_total{worker="a"} 2.5"#))
        #expect(text.contains(#"postback_worker_memory_bytes{worker="a"} 70000000"#))
        #expect(text.contains(#"postback_worker_slots{worker="b"} 4"#))
        #expect(text.contains(#"postback_worker_busy_slots{worker="b"} 1"#))
        #expect(!text.contains(#"postback_worker_memory_bytes{worker="b"}"#))
        metrics.levels([], workers: [worker("b", usage)], now: now)
        text = registry.render()
        #expect(!text.contains(#"worker="a""#))
        #expect(text.contains(#"postback_worker_memory_bytes{worker="b"} 70000000"#))
    }

    @Test("The ids of idempotent jobs are UUIDs, the same for the same request and no other")
    func ids() {
        let key = IdempotencyKey(key: "k", fingerprint: [1])
        let id = JobID(key, tenant: "acme")
        #expect(id == JobID(key, tenant: "acme"))
        #expect(UUID(uuidString: id.text) != nil)
        #expect(id.text.dropFirst(14).first == "8")
        let others = [
            JobID(key, tenant: nil), JobID(IdempotencyKey(key: "l", fingerprint: [1]), tenant: "acme"),
            JobID(IdempotencyKey(key: "k", fingerprint: [2]), tenant: "acme"),
            JobID(IdempotencyKey(key: "ek", fingerprint: [1]), tenant: "acm"),
        ]
        #expect(Set(others + [id]).count == 5)
    }
}
