import Testing

@testable import Deliveries

@Suite("What becomes of a delivery")
struct NextStepTests {
    private static let running = Answer.status(409, body: "The execution \"1\" is running already.")

    private func plan(
        _ answer: Answer,
        _ progress: DeliveryProgress = .fresh,
        schedule: RetrySchedule = .standard,
        now: Timestamp = .start,
        jitter: Double = 0
    ) -> NextStep {
        NextStep.plan(
            after: Judgement(answer, profile: .n8n, now: now),
            progress: progress,
            schedule: schedule,
            now: now,
            jitter: jitter
        )
    }

    @Test(
        "is over when it was taken or refused for good",
        arguments: [
            (Answer.status(200), DeliveryStatus.delivered), (.status(400), .dead), (.status(301), .dead),
            (.status(410), .dead),
            (.broken(.blocked, requestWasSent: false), .dead), (.status(409, body: "has finished already"), .dead),
        ]
    )
    func ends(answer: Answer, status: DeliveryStatus) {
        #expect(plan(answer) == .end(status))
    }

    @Test("follows the whole schedule and then is dead")
    func schedule() {
        let delays: [Int64] = [5, 30, 120, 240, 480, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400]
        var (now, progress) = (Timestamp.start, DeliveryProgress.fresh)
        for (step, delay) in delays.enumerated() {
            let next = plan(step % 2 == 0 ? .status(500) : .broken(.timeout, requestWasSent: true), progress, now: now)
            guard case .retry(let due, let after) = next else {
                Issue.record("ended after \(step) retries")
                return
            }
            #expect(due == now.advanced(byMilliseconds: delay * 1000))
            #expect(after.attempts == step + 1)
            #expect(after.step == step + 1)
            (now, progress) = (due, after)
        }
        #expect(plan(.status(500), progress, now: now) == .end(.dead))
        #expect(plan(.status(200), progress, now: now) == .end(.delivered))
    }

    @Test("is over at once when there are no retries")
    func noRetries() {
        #expect(plan(.status(500), schedule: RetrySchedule(delays: [])) == .end(.dead))
    }

    @Test("is put off by jitter that only adds, and at most a tenth")
    func jitter() {
        var random = SeededGenerator(seed: 10)
        for _ in 0..<2_000 {
            let delay = Int64.random(in: 0...100_000_000, using: &random)
            let jittered = RetrySchedule.jittered(delay, fraction: random.fraction())
            #expect(jittered >= delay)
            #expect(jittered <= delay + delay / 10)
        }
        #expect(RetrySchedule.jittered(1000, fraction: 1) == 1100)
        #expect(RetrySchedule.jittered(1000, fraction: 7) == 1100)
        #expect(RetrySchedule.jittered(1000, fraction: -1) == 1000)
        #expect(RetrySchedule.jittered(.max, fraction: 1) == .max)
        #expect(RetrySchedule.jittered(-5, fraction: 1) == -5)
    }

    @Test("waits at least as long as the receiver asked, and never less than the schedule")
    func retryAfterIsAFloor() {
        func due(_ wish: String, jitter: Double = 0) -> Int64? {
            let answer = Answer.status(429, headers: [HeaderField("Retry-After", wish)])
            guard case .retry(let due, let progress) = plan(answer, jitter: jitter) else { return nil }
            #expect(progress.step == 1)
            return due.milliseconds(since: .start)
        }
        #expect(due("60") == 60_000)
        #expect(due("60", jitter: 1) == 66_000)
        #expect(due("1") == 5_000)
        #expect(due("999999") == 86_400_000)
    }

    @Test("is tried again within seconds for a quarter of an hour when the execution is not at its Wait node yet")
    func notReady() {
        var (now, progress) = (Timestamp.start, DeliveryProgress.fresh)
        var delays: [Int64] = []
        while delays.count < 200 {
            guard case .retry(let due, let after) = plan(Self.running, progress, now: now), after.step == 0 else {
                break
            }
            delays.append(due.milliseconds(since: now) / 1000)
            (now, progress) = (due, after)
        }
        #expect(Array(delays.prefix(7)) == [1, 2, 4, 8, 15, 15, 15])
        #expect(now.milliseconds(since: .start) >= RetrySchedule.notReadyLimit)
        #expect(now.milliseconds(since: .start) < RetrySchedule.notReadyLimit + 15_000)
        var steps: [Int64] = []
        while case .retry(let due, let after) = plan(Self.running, progress, now: now) {
            steps.append(due.milliseconds(since: now))
            (now, progress) = (due, after)
        }
        #expect(steps == RetrySchedule.standard.delays)
        #expect(progress.attempts == delays.count + steps.count)
    }

    @Test("does not stay at that for as long as a clock was ahead that has been set back")
    func notReadyAheadOfTime() {
        let ahead = Timestamp.start.advanced(byMilliseconds: 86_400_000)
        guard case .retry(_, let first) = plan(Self.running, now: ahead),
            case .retry(_, let second) = plan(Self.running, first, now: .start)
        else {
            Issue.record("ended")
            return
        }
        #expect(second.notReadySince == .start)
    }

    @Test("has the whole quarter of an hour again when another answer came between")
    func notReadyAgain() {
        guard case .retry(_, let first) = plan(Self.running),
            case .retry(_, let second) = plan(.status(502), first, now: .start.advanced(byMilliseconds: 1000))
        else {
            Issue.record("ended")
            return
        }
        #expect(second.notReadySince == nil)
        #expect(second.notReadyTries == 0)
        let later = Timestamp.start.advanced(byMilliseconds: 3_600_000)
        guard case .retry(let due, let third) = plan(Self.running, second, now: later) else {
            Issue.record("ended")
            return
        }
        #expect(due.milliseconds(since: later) == 1000)
        #expect(third.step == 1)
    }

    @Test("is scheduled after a replay's own attempt, which alone is called a replay")
    func replay() {
        let asked = DeliveryProgress(attempts: 13, step: 0, trigger: .replay, requestedBy: "ops")
        guard case .retry(let due, let after) = plan(.status(500), asked) else {
            Issue.record("ended")
            return
        }
        #expect(due.milliseconds(since: .start) == 5_000)
        #expect(after == DeliveryProgress(attempts: 14, step: 1))
    }

    @Test("does not trap on absurd times")
    func absurd() {
        #expect(
            plan(.status(500), now: .distantFuture)
                == .retry(at: .distantFuture, progress: DeliveryProgress(attempts: 1, step: 1))
        )
        _ = plan(Self.running, DeliveryProgress(notReadySince: Timestamp(milliseconds: .min), notReadyTries: .max - 1))
        #expect(RetrySchedule.notReadyDelay(afterTries: -5) == 1000)
        #expect(RetrySchedule.notReadyDelay(afterTries: .max) == 15_000)
    }
}
