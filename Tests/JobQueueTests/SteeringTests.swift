import Deliveries
import JobQueue
import RedisClient
import Testing

@Suite("Cancelling, retrying, cleaning, listing")
struct SteeringTests {
    @Test("a waiting job is cancelled at once, whether it is queued or scheduled", arguments: [false, true])
    func cancelWaiting(isScheduled: Bool) async throws {
        try await TestQueue.run { test in
            let id = try await test.submit { $0.runAt = isScheduled ? Timestamp(seconds: 4_000_000_000) : nil }
            guard case .cancelled(let record) = try await test.queue.cancel(id, by: "ops \"x\"") else {
                throw Unexpected("not cancelled")
            }
            let end = try #require(record.completedAt)
            #expect(record.status == .cancelled && record.cancelledBy == "ops \"x\"" && !record.isCancelRequested)
            #expect(
                try await test.events().map { $0["data"] }
                    == [#"{"cancelled_at":"\#(end.rfc3339)","cancelled_by":"ops \"x\""}"#]
            )
            #expect(try await test.queue.claim(from: [.pdf], worker: "one") == nil)
            #expect(try await test.streamLength() == 0)
            #expect(try await test.queue.cancel(id, by: "ops") == .ended(.cancelled))
            #expect(try await test.queue.cancel(JobID(), by: "ops") == .notFound)
        }
    }

    @Test("the worker of a running job learns by its heartbeat and its progress that it is to stop")
    func cancelRunning() async throws {
        try await TestQueue.run { test in
            let id = try await test.submit()
            let lease = try await test.claim().lease
            guard case .requested(let record) = try await test.queue.cancel(id, by: "ops") else {
                throw Unexpected("not requested")
            }
            #expect(record.status == .processing && record.isCancelRequested)
            #expect(try await test.beat("one", [lease]) == [.cancelRequested])
            #expect(try await test.queue.progress(JobProgress(percent: 1), of: lease) == .cancelRequested)
            #expect(try await test.queue.cancelled(lease) == .ended(.cancelled))
            #expect(try await test.queue.cancelled(lease) == .alreadySaid)
            let ended = try await test.record(id)
            #expect(ended.status == .cancelled && ended.cancelledBy == "ops" && !ended.isCancelRequested)
            #expect(try await test.events().map { $0["type"] } == ["job.cancelled"])
        }
    }

    @Test(
        "a job that is to be cancelled is not run again: not as a retry, not when it is given back, not after its worker died",
        arguments: ["fail", "release", "recover"]
    )
    func cancelThen(_ how: String) async throws {
        try await TestQueue.run { test in
            let id = try await test.submit()
            let lease = try await test.claim().lease
            _ = try await test.queue.cancel(id, by: "ops")
            switch how {
            case "fail":
                #expect(try await test.queue.fail(lease, JobFailure("killed", isRetriable: true)) == .ended(.cancelled))
            case "release": #expect(try await test.queue.release(lease) == .ended(.cancelled))
            default:
                test.clock.advance(by: .seconds(31))
                #expect(try await test.queue.recover(except: []).ended == 1)
            }
            #expect(try await test.record(id).status == .cancelled)
            #expect(try await test.record(id).cancelledBy == "ops")
            #expect(try await test.events().map { $0["type"] } == ["job.cancelled"])
        }
    }

    @Test("a job that completes before it can be cancelled is completed")
    func completedFirst() async throws {
        try await TestQueue.run { test in
            let id = try await test.submit()
            let lease = try await test.claim().lease
            _ = try await test.queue.cancel(id, by: "ops")
            #expect(try await test.queue.complete(lease, result: Array(json: "{}")) == .ended(.completed))
            let record = try await test.record(id)
            #expect(record.status == .completed && !record.isCancelRequested && record.cancelledBy == nil)
        }
    }

    @Test("a failed job that a person retries has all its tries again, and ends under another event id")
    func retry() async throws {
        try await TestQueue.run({ $0.capacity = 1 }) { test in
            let id = try await test.submit {
                $0.payload = Array(json: #"{"keep":true}"#)
                $0.maxRetries = 0
            }
            let lease = try await test.claim().lease
            #expect(try await test.queue.retry(id, by: "ops") == .notEnded(.processing))
            _ = try await test.queue.fail(lease, JobFailure("x", isRetriable: true))
            let other = try await test.submit()
            #expect(try await test.queue.retry(id, by: "ops") == .full(limit: 1))
            _ = try await test.queue.cancel(other, by: "ops")
            guard case .queued(let record) = try await test.queue.retry(id, by: "ops") else {
                throw Unexpected("not queued")
            }
            #expect(
                record.status == .queued && record.error == nil && record.completedAt == nil && record.eventID == nil
            )
            let again = try await test.claim()
            #expect(again.lease.job == id && again.payload == Array(json: #"{"keep":true}"#))
            _ = try await test.queue.complete(again.lease, result: Array(json: "{}"))
            #expect(try await test.queue.retry(id, by: "ops") == .completed)
            #expect(try await test.queue.retry(JobID(), by: "ops") == .notFound)
            #expect(
                try await test.events().filter { $0["job_id"] == id.text }.map { $0["id"] } == ["\(id):1", "\(id):2"]
            )
        }
    }

    @Test("cleaning removes ended jobs of one status that are old enough, and no others")
    func clean() async throws {
        try await TestQueue.run { test in
            let waiting = try await test.submit { $0.priority = .low }
            var failed: [JobID] = []
            for _ in 0..<3 {
                failed.append(try await test.submit { $0.priority = .high })
                _ = try await test.queue.fail(try await test.claim().lease, JobFailure("x", isRetriable: false))
                test.clock.advance(by: .seconds(100))
            }
            #expect(try await test.queue.clean(.pdf, status: .failed, olderThan: .seconds(150), limit: 100) == 2)
            #expect(try await test.queue.jobs(failed).map { $0 != nil } == [false, false, true])
            #expect(try await test.queue.clean(.pdf, status: .completed, olderThan: .zero, limit: 100) == 0)
            #expect(try await test.queue.clean(.pdf, status: .queued, olderThan: .zero, limit: 100) == 0)
            #expect(try await test.queue.job(waiting)?.status == .queued)
            #expect(try await test.queue.list(JobQuery(), limit: 10, cursor: nil).jobs.count == 2)
        }
    }

    @Test("completed jobs are kept for a day, failed and cancelled ones for a week, and never more than the limit")
    func retention() async throws {
        try await TestQueue.run({ $0.endedLimit = 3 }) { test in
            let completed = try await test.submit()
            _ = try await test.queue.complete(try await test.claim().lease, result: Array(json: "{}"))
            let failed = try await test.submit()
            _ = try await test.queue.fail(try await test.claim().lease, JobFailure("x", isRetriable: false))
            test.clock.advance(by: .seconds(24 * 3600 + 1))
            #expect(try await test.queue.sweep().removed == 1)
            #expect(try await test.queue.job(completed) == nil)
            #expect(try await test.queue.job(failed) != nil)
            test.clock.advance(by: .seconds(6 * 24 * 3600))
            #expect(try await test.queue.sweep().removed == 1)
            #expect(try await test.queue.job(failed) == nil)
            var ids: [JobID] = []
            for _ in 0..<5 {
                ids.append(try await test.submit())
                _ = try await test.queue.cancel(ids[ids.count - 1], by: "ops")
                test.clock.advance(by: .seconds(1))
            }
            #expect(try await test.queue.jobs(ids).map { $0 != nil } == [false, false, true, true, true])
            #expect(try await test.queue.queues().map(\.cancelled) == [3])
            #expect(try await test.queue.list(JobQuery(), limit: 10, cursor: nil).jobs.count == 3)
        }
    }

    @Test("a list goes from the newest to the oldest, page by page, and shows what is asked for")
    func list() async throws {
        try await TestQueue.run { test in
            var ids: [JobID] = []
            for index in 0..<25 {
                // Several within one millisecond.
                ids.append(
                    try await test.submit {
                        $0.createdAt = Timestamp(milliseconds: 1_700_000_000_000 + Int64(index / 5))
                        $0.productID = index % 2 == 0 ? "even" : "odd"
                    }
                )
            }
            var found: [JobRecord] = []
            var cursor: String?
            var pages = 0
            repeat {
                let (jobs, next) = try await test.queue.list(JobQuery(), limit: 4, cursor: cursor)
                found += jobs
                cursor = next
                pages += 1
            } while cursor != nil && pages < 20
            #expect(Set(found.map(\.id)) == Set(ids) && found.count == 25)
            #expect(found.map(\.createdAt) == found.map(\.createdAt).sorted(by: >))
            let odd = try await test.queue.list(
                JobQuery(
                    status: .queued,
                    productID: "odd",
                    since: Timestamp(milliseconds: 1_700_000_000_001),
                    until: Timestamp(milliseconds: 1_700_000_000_003)
                ),
                limit: 100,
                cursor: nil
            )
            #expect(Set(odd.jobs.map(\.id)) == Set([5, 7, 9, 11, 13].map { ids[$0] }) && odd.next == nil)
        }
    }

    @Test("positions count those ahead, of all higher priorities, and move up when one ahead is cancelled")
    func positions() async throws {
        try await TestQueue.run { test in
            var normal: [JobID] = []
            for _ in 0..<4 { normal.append(try await test.submit()) }
            let high = try await test.submit { $0.priority = .high }
            #expect(try await test.queue.positions(of: normal + [high, JobID()]) == [2, 3, 4, 5, 1, nil])
            _ = try await test.queue.cancel(normal[1], by: "ops")
            #expect(try await test.queue.positions(of: normal) == [2, nil, 3, 4])
            #expect(try await test.queue.position(of: normal[3]) == 4)
        }
    }

    @Test("queues tell their numbers, the age of what waits, and their workers")
    func statistics() async throws {
        try await TestQueue.run { test in
            let now = try await test.serverSeconds()
            for _ in 0..<3 { try await test.submit() }
            try await test.submit { $0.runAt = Timestamp(seconds: 4_000_000_000) }
            _ = try await test.beat("one", [try await test.claim("one").lease])
            _ = try await test.queue.complete(try await test.claim("two").lease, result: Array(json: "{}"))
            let statistics = try #require(try await test.queue.queues().first)
            #expect(statistics.waiting == 1 && statistics.active == 1 && statistics.delayed == 1)
            #expect(statistics.completed == 1 && statistics.failed == 0 && statistics.workers == 1)
            let oldest = try #require(statistics.oldestWaitingSince)
            #expect(oldest.seconds >= now && oldest.seconds <= now + 60)
            let workers = try await test.queue.workers()
            #expect(workers.map(\.name) == ["one"] && workers.first?.currentJobs.count == 1)
            #expect(workers.first?.usage == nil)
            let usage = WorkerUsage(processorMilliseconds: 1_234, memoryBytes: 5_000_000_000)
            _ = try await test.beat("one", usage: usage)
            #expect(try await test.queue.workers().first?.usage == usage)
            test.clock.advance(by: .seconds(61))
            #expect(try await test.queue.workers().isEmpty)
        }
    }
}
