import Deliveries
import JobQueue
import RedisClient
import Testing

/// The failure modes that need no process: what is lost or late is made so by hand.
@Suite("Failure modes, in the scripts")
struct FailureModeScriptTests {
    @Test("of a worker that completes and a rescue at the same moment one wins, and the job ends once")
    func rescueRace() async throws {
        try await TestQueue.run { test in
            for _ in 0..<50 {
                let id = try await test.submit()
                let lease = try await test.claim("one").lease
                test.clock.advance(by: .seconds(31))
                async let answer = test.queue.complete(lease, result: Array(json: "{}"))
                async let recovery = test.queue.recover(except: [])
                let (completed, recovered) = (try await answer == .ended(.completed), try await recovery.requeued == 1)
                #expect(completed != recovered)
                if recovered {
                    let again = try await test.claim("two")
                    #expect(again.lease.job == id)
                    _ = try await test.queue.complete(again.lease, result: Array(json: "{}"))
                }
                #expect(try await test.record(id).status == .completed)
            }
            #expect(try await test.events().count == 50)
        }
    }

    @Test("a completed job is never found abandoned: it leaves the list of leases as it ends")
    func completedIsNotAbandoned() async throws {
        try await TestQueue.run { test in
            let id = try await test.submit()
            _ = try await test.queue.complete(try await test.claim().lease, result: Array(json: "{}"))
            test.clock.advance(by: .seconds(3600))
            let recovery = try await test.queue.recover(except: [])
            #expect(recovery.requeued == 0 && recovery.ended == 0 && recovery.next == nil)
            #expect(try await test.record(id).status == .completed)
        }
    }

    @Test("a claim whose answer was lost is recovered, even by the worker that made it")
    func lostClaim() async throws {
        try await TestQueue.run { test in
            let id = try await test.submit()
            _ = try await test.claim("one")
            test.clock.advance(by: .seconds(31))
            #expect(try await test.queue.recover(except: []).requeued == 1)
            #expect(try await test.claim("one").lease.job == id)
        }
    }

    @Test("leases that the asker holds itself do not hide those of dead workers, however many they are")
    func firstPageIsKept() async throws {
        try await TestQueue.run { test in
            var held: [JobLease] = []
            for _ in 0..<150 {
                try await test.submit()
                held.append(try await test.claim("one").lease)
            }
            let id = try await test.submit()
            _ = try await test.claim("dead")
            test.clock.advance(by: .seconds(31))
            let recovery = try await test.queue.recover(except: held)
            #expect(recovery.requeued == 1 && recovery.kept == 150)
            #expect(try await test.claim("two").lease.job == id)
            #expect(Set(try await test.beat("one", held)) == [.held])
        }
    }

    @Test("after a restart of Redis nothing is taken away until living workers have had their time")
    func settling() async throws {
        try await TestQueue.run({ $0.settling = .seconds(3600) }) { test in
            try await test.submit()
            let lease = try await test.claim().lease
            test.clock.advance(by: .seconds(31))
            let recovery = try await test.queue.recover(except: [])
            #expect(recovery.requeued == 0)
            let next = try #require(recovery.next)
            #expect(next > .seconds(3500) && next <= .seconds(3600))
            #expect(try await test.beat("one", [lease]) == [.held])

        }
    }

    @Test("jobs that stand in no index any more are found and mended")
    func orphans() async throws {
        try await TestQueue.run { test in
            let running = try await test.submit()
            _ = try await test.claim("dead")
            let waiting = try await test.submit()
            let scheduled = try await test.submit { $0.runAt = Timestamp(seconds: 4_000_000_000) }
            for key in ["active", "delayed", "normal"] {
                _ = try await test.redis.send(RedisCommand("DEL", "postback:jobs:queue:pdf:\(key)"))
            }
            #expect(try await test.queue.sweep().mended == 3)
            #expect(try await test.queue.sweep().mended == 0)
            test.clock.advance(by: .seconds(31))
            #expect(try await test.queue.recover(except: []).requeued == 1)
            #expect(Set([try await test.claim().lease.job, try await test.claim().lease.job]) == [running, waiting])
            #expect(try await test.queue.queues().map(\.delayed) == [1])
            #expect(try await test.record(scheduled).status == .scheduled)
        }
    }

    @Test("a key of a foreign type makes a call fail, loses no job, and leaves no end without its event")
    func foreignKeys() async throws {
        try await TestQueue.run { test in
            let id = try await test.submit()
            let lease = try await test.claim().lease
            _ = try await test.redis.send(RedisCommand("SET", "postback:events", "not a stream"))
            await #expect(throws: JobQueueError.self) {
                try await test.queue.complete(lease, result: Array(json: "{}"))
            }
            #expect(try await test.record(id).status == .processing)
            _ = try await test.redis.send(RedisCommand("DEL", "postback:events"))
            // The archive fails after the event was written: said again, the event has the same id.
            _ = try await test.redis.send(RedisCommand("SET", "postback:jobs:ended", "not a stream"))
            await #expect(throws: JobQueueError.self) {
                try await test.queue.complete(lease, result: Array(json: "{}"))
            }
            #expect(try await test.record(id).status == .processing)
            _ = try await test.redis.send(RedisCommand("DEL", "postback:jobs:ended"))
            #expect(try await test.queue.complete(lease, result: Array(json: "{}")) == .ended(.completed))
            #expect(Set(try await test.events().map { $0["id"] }) == ["\(id):1"])
        }
    }

    @Test("a retry that becomes due in a paused queue waits until it is resumed", arguments: [true, false])
    func pauseAndRetry(pauseFirst: Bool) async throws {
        try await TestQueue.run { test in
            let id = try await test.submit()
            let lease = try await test.claim().lease
            if pauseFirst { try await test.queue.pause(.pdf) }
            _ = try await test.queue.fail(lease, JobFailure("x", isRetriable: true))
            if !pauseFirst { try await test.queue.pause(.pdf) }
            test.clock.advance(by: .seconds(600))
            #expect(try await test.queue.promote().moved == 1)
            #expect(try await test.queue.claim(from: [.pdf], worker: "one") == nil)
            #expect(try await test.record(id).status == .queued)
            try await test.queue.resume(.pdf)
            #expect(try await test.claim().lease.job == id)
        }
    }

    @Test("a Redis that is out of memory refuses new jobs whole, and lets those it has be claimed, renewed and ended")
    func outOfMemory() async throws {
        try await TestQueue.run { test in
            let ids = [try await test.submit(), try await test.submit(), try await test.submit()]
            _ = try await test.redis.send(RedisCommand("CONFIG", "SET", "maxmemory", "1"))
            let refused = JobSubmission(payload: Array(json: "{}"), createdAt: Timestamp(milliseconds: 1))
            do {
                _ = try await test.queue.submit(refused)
                Issue.record("a full Redis took a job")
            } catch let error as JobQueueError {
                #expect(error.code == .unavailable)
            }
            #expect(try await test.queue.job(refused.id) == nil)
            let first = try await test.claim().lease
            #expect(try await test.beat("one", [first]) == [.held])
            #expect(try await test.queue.progress(JobProgress(percent: 5), of: first) == .held)
            #expect(try await test.queue.complete(first, result: Array(json: "{}")) == .ended(.completed))
            guard
                case .willRetry = try await test.queue.fail(
                    try await test.claim().lease,
                    JobFailure("x", isRetriable: true)
                )
            else { throw Unexpected("no retry") }
            guard case .cancelled = try await test.queue.cancel(ids[2], by: "ops") else {
                throw Unexpected("not cancelled")
            }
            #expect(try await test.events().count == 2)
        }
    }

    @Test("nothing grows: when all jobs have ended and are archived, what is left is what retention keeps")
    func growth() async throws {
        try await TestQueue.run({ $0.endedLimit = 10 }) { test in
            func pass(_ count: Int) async throws {
                for index in 0..<count {
                    try await test.submit { $0.priority = JobPriority.allCases[index % 3] }
                    let lease = try await test.claim().lease
                    _ =
                        index % 2 == 0
                        ? try await test.queue.complete(lease, result: Array(json: "{}"))
                        : try await test.queue.fail(lease, JobFailure("x", isRetriable: false))
                }
                while true {
                    let ended = try await test.queue.readEnded(consumer: "c", count: 100, block: .milliseconds(1))
                    if ended.isEmpty { break }
                    try await test.queue.acknowledgeEnded(ended.map(\.entryID))
                }
            }
            try await pass(60)
            let keys = try await test.number(RedisCommand("DBSIZE"))
            try await pass(1_500)
            #expect(try await test.number(RedisCommand("DBSIZE")) == keys)
            #expect(try await test.streamLength() == 0)
            #expect(try await test.number(RedisCommand("XLEN", "postback:jobs:ended")) == 0)
            #expect(try await test.number(RedisCommand("SCARD", "postback:jobs:live")) == 0)
            #expect(try await test.number(RedisCommand("ZCARD", "postback:jobs:index")) == 20)
            #expect(try await test.number(RedisCommand("XLEN", "postback:jobs:changes")) < 1_200)
            #expect(try await test.number(RedisCommand("XLEN", "postback:events")) == 1_560)
        }
    }

    @Test("the archive gives what was not acknowledged again, also after its group is gone")
    func archive() async throws {
        try await TestQueue.run { test in
            for _ in 0..<3 {
                try await test.submit()
                _ = try await test.queue.complete(try await test.claim().lease, result: Array(json: "{}"))
            }
            let first = try await test.queue.readEnded(consumer: "c", count: 2, block: .milliseconds(1))
            #expect(first.count == 2 && first.allSatisfy { $0.job?.status == .completed })
            // A reader that starts anew, as after a crash.
            let restarted = test.queue { _ in }
            #expect(try await restarted.readEnded(consumer: "c", count: 10, block: .milliseconds(1)) == first)
            try await restarted.acknowledgeEnded(first.map(\.entryID))
            _ = try await test.redis.send(RedisCommand("XGROUP", "DESTROY", "postback:jobs:ended", "ledger"))
            let rest = try await restarted.readEnded(consumer: "c", count: 10, block: .milliseconds(1))
            #expect(rest.count == 1)
            try await restarted.acknowledgeEnded(rest.map(\.entryID))
            #expect(try await test.number(RedisCommand("XLEN", "postback:jobs:ended")) == 0)
        }
    }
}
