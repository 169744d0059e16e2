import Deliveries
import Glibc
import JobQueue
import ProgramTestSupport
import RedisClient
import RedisTestSupport
import Testing

/// What goes wrong in job queues, each with real worker processes and a real Redis.
@Suite("Failure modes, with worker processes", .serialized)
struct FailureModeTests {
    @Test("a job of three leases whose worker lives runs once")
    func longJob() async throws {
        try await TestQueue.run { test in
            let workers = [try await test.worker(lease: 2_000), try await test.worker(lease: 2_000)]
            let id = try await test.script("sleep", milliseconds: 6_400)
            try await test.waitUntil(id, is: .completed)
            let marks = try await test.marks()
            #expect(marks.map(\.word) == ["begin", "end"])
            #expect(try await test.events().count == 1)
            for worker in workers { worker.signal(SIGKILL) }
        }
    }

    @Test("handlers that compute without a pause on every core do not keep a worker from renewing its leases")
    func busyWorker() async throws {
        try await TestQueue.run { test in
            let busy = try await test.worker(lease: 2_000, concurrency: 4)
            var ids: [JobID] = []
            for _ in 0..<4 { ids.append(try await test.script("spin", milliseconds: 4_500)) }
            for _ in 0..<4 { #expect(try await test.mark().process == busy.pid) }
            let idle = try await test.worker(lease: 2_000)
            for id in ids {
                let record = try await test.waitUntil(id, within: .seconds(60)) { $0.status.isEnd }
                #expect(record.status == .completed)
            }
            #expect(Set(try await test.marks().map(\.word)) == ["end"])
            #expect(try await test.events().count == 4)
            busy.signal(SIGKILL)
            idle.signal(SIGKILL)
        }
    }

    @Test("the jobs of a worker that is killed run again elsewhere, and end once")
    func killedWorker() async throws {
        try await TestQueue.run { test in
            let first = try await test.worker(concurrency: 2)
            let ids = [
                try await test.script("sleep", milliseconds: 2_500),
                try await test.script("sleep", milliseconds: 2_500),
            ]
            for _ in ids { #expect(try await test.mark().word == "begin") }
            first.signal(SIGKILL)
            await first.waitUntilExit()
            let second = try await test.worker(concurrency: 2)
            for id in ids {
                let record = try await test.waitUntil(id, is: .completed)
                #expect(record.retryCount == 0)
            }
            #expect(try await test.marks().filter { $0.word == "begin" }.map(\.process) == [second.pid, second.pid])
            #expect(try await test.events().count == 2)
            second.signal(SIGKILL)
        }
    }

    @Test("a job that takes its workers down is ended after three recoveries, with one event that says why")
    func poison() async throws {
        try await TestQueue.run { test in
            let id = try await test.script("crash") { $0.callbackURL = "https://example.com/a" }
            for _ in 0..<4 {
                let worker = try await test.worker(lease: 400, beat: 100)
                #expect(try await test.mark().job == id)
                #expect(await worker.waitUntilExit() == 128 + SIGKILL)
            }
            let last = try await test.worker(lease: 400, beat: 100)
            let record = try await test.waitUntil(id, is: .failed)
            #expect(record.error == "crash loop: 4 workers died with it or lost it" && record.retryCount == 0)
            #expect(try await test.events().map { $0["type"] } == ["job.failed"])
            // The worker that ended it lives and goes on.
            let next = try await test.script("sleep")
            try await test.waitUntil(next, is: .completed)
            #expect(try await test.marks().allSatisfy { $0.job == next })
            last.signal(SIGKILL)
        }
    }

    @Test("a worker that is frozen beyond its lease stops its work when it wakes, and what it says does not count")
    func frozenWorker() async throws {
        try await TestQueue.run { test in
            let frozen = try await test.worker()
            let id = try await test.script("sleep", milliseconds: 7_000)
            #expect(try await test.mark().process == frozen.pid)
            frozen.signal(SIGSTOP)
            let second = try await test.worker()
            #expect(try await test.mark() == TestQueue.Mark("begin \(id) \(second.pid)"))
            frozen.signal(SIGCONT)
            #expect(try await test.mark() == TestQueue.Mark("stopped \(id) \(frozen.pid)"))
            let record = try await test.waitUntil(id, is: .completed)
            #expect(record.result == Array(json: #"{"ok":true}"#))
            #expect(try await test.events().count == 1)
            frozen.signal(SIGKILL)
            second.signal(SIGKILL)
        }
    }

    @Test(
        "a handler that ignores its time limit: the job is tried again elsewhere, and the lease is not renewed for ever"
    )
    func handlerIgnoresTimeout() async throws {
        try await TestQueue.run { test in
            let worker = try await test.worker()
            let id = try await test.script("hang", milliseconds: 7_000) {
                $0.timeout = .milliseconds(300)
                $0.maxRetries = 0
            }
            #expect(try await test.mark().word == "begin")
            let record = try await test.waitUntil(id, is: .failed, within: .seconds(5))
            #expect(record.error == "timed out after 300 ms")
            // Its slot is taken until it returns; then the worker goes on.
            let next = try await test.script("sleep")
            #expect(try await test.mark() == TestQueue.Mark("end \(id) \(worker.pid)"))
            try await test.waitUntil(next, is: .completed)
            #expect(try await test.record(id).status == .failed)
            #expect(try await test.events().count == 2)
            worker.signal(SIGKILL)
        }
    }

    @Test("an idle worker takes jobs again after Redis was restarted, killed, or froze")
    func redisReturns() async throws {
        try await TestQueue.run { test in
            let worker = try await test.worker(lease: 30_000, beat: 500)
            for fault in ["restart", "kill", "freeze"] {
                switch fault {
                case "restart": try await test.server.restart()
                case "kill":
                    await test.server.kill9()
                    try await test.server.restart()
                default:
                    test.server.pause()
                    try await Task.sleep(for: .milliseconds(500))
                    test.server.resume()
                }
                let id = try await test.script("sleep")
                try await test.waitUntil(id, is: .completed)
            }
            #expect(try await test.events().count == 3)
            worker.signal(SIGKILL)
        }
    }

    @Test("a job that runs while Redis is away for longer than its lease is not taken from its living worker")
    func redisAwayDuringJob() async throws {
        try await TestQueue.run { test in
            let workers = [try await test.worker(settling: 3_000), try await test.worker(settling: 3_000)]
            let id = try await test.script("sleep", milliseconds: 3_000)
            #expect(try await test.mark().word == "begin")
            await test.server.kill9()
            try await Task.sleep(for: .milliseconds(1_300))
            try await test.server.restart()
            try await test.waitUntil(id, is: .completed)
            #expect(try await test.marks().map(\.word) == ["end"])
            #expect(try await test.events().count == 1)
            for worker in workers { worker.signal(SIGKILL) }
        }
    }

    @Test("a job becomes due although Redis was restarted between its submission and its time")
    func dueAfterRestart() async throws {
        try await TestQueue.run { test in
            let worker = try await test.worker(lease: 30_000)
            let due = try await test.serverSeconds() + 6
            let id = try await test.script("sleep") { $0.runAt = Timestamp(seconds: due) }
            await test.server.kill9()
            try await test.server.restart()
            #expect(try await test.record(id).status == .scheduled)
            let record = try await test.waitUntil(id, is: .completed)
            let started = try #require(record.startedAt)
            #expect(started.seconds >= due && started.seconds <= due + 5)
            worker.signal(SIGKILL)
        }
    }

    @Test(
        "a worker that is asked to stop finishes what it has; what takes longer than its grace goes back without a try spent"
    )
    func gracefulStop() async throws {
        try await TestQueue.run { test in
            let patient = try await test.worker()
            let short = try await test.script("sleep", milliseconds: 700)
            #expect(try await test.mark().word == "begin")
            patient.signal(SIGTERM)
            #expect(await patient.waitUntilExit() == 0)
            #expect(try await test.record(short).status == .completed)
            #expect(try await test.mark().word == "end")

            let hasty = try await test.worker(lease: 30_000, grace: 200)
            let long = try await test.script("sleep", milliseconds: 20_000)
            #expect(try await test.mark().word == "begin")
            hasty.signal(SIGTERM)
            #expect(try await test.mark().word == "stopped")
            #expect(await hasty.waitUntilExit() == 0)
            let record = try await test.record(long)
            #expect(record.status == .queued && record.retryCount == 0 && record.error == nil)
            #expect(try await test.queue.workers().isEmpty)
            #expect(try await test.number(RedisCommand("HEXISTS", "postback:jobs:job:\(long)", "recoveries")) == 0)
        }
    }

    @Test("in burst mode a worker ends when the queue is empty, having run all, retries of others' jobs apart")
    func burst() async throws {
        try await TestQueue.run { test in
            var ids: [JobID] = []
            for _ in 0..<20 { ids.append(try await test.script("sleep", milliseconds: 5)) }
            let worker = try await test.worker(concurrency: 3, burst: true)
            #expect(await worker.waitUntilExit() == 0)
            #expect(try await test.queue.jobs(ids).allSatisfy { $0?.status == .completed })
        }
    }

    @Test("a running job stops within a moment of being cancelled, long before the next heartbeat")
    func cancelIsFast() async throws {
        try await TestQueue.run { test in
            let worker = try await test.worker(lease: 60_000, beat: 20_000)
            let id = try await test.script("sleep", milliseconds: 30_000)
            #expect(try await test.mark().word == "begin")
            let asked = ContinuousClock.now
            _ = try await test.queue.cancel(id, by: "ops")
            #expect(try await test.mark().word == "stopped")
            let record = try await test.waitUntil(id, is: .cancelled)
            #expect(ContinuousClock.now - asked < .seconds(5))
            #expect(record.cancelledBy == "ops")
            #expect(try await test.events().map { $0["type"] } == ["job.cancelled"])
            worker.signal(SIGKILL)
        }
    }
}
