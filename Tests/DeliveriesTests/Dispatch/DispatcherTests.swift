import Testing

@testable import Deliveries

@Suite("The dispatcher")
struct DispatcherTests {
    @Test("sends what is added, with everything that an attempt needs to know")
    func sends() {
        var bench = DispatcherBench(DestinationPolicy())
        let replayed = DeliveryProgress(attempts: 4, step: 0, trigger: .replay, requestedBy: "ops")
        bench.dispatcher.foundInLedger("a", earliestDueAt: bench.now)
        #expect(bench.next().loads.count == 1)
        bench.dispatcher.loaded("a", [bench.due(1), bench.due(2, progress: replayed)], nextDueAt: nil)
        #expect(
            bench.next().sends == [
                SendOrder(
                    id: DeliveryID(rawValue: 1),
                    destination: "a",
                    number: 1,
                    trigger: .scheduled,
                    requestedBy: nil
                ),
                SendOrder(
                    id: DeliveryID(rawValue: 2),
                    destination: "a",
                    number: 5,
                    trigger: .replay,
                    requestedBy: "ops"
                ),
            ]
        )
        #expect(bench.next().sends.isEmpty)
        #expect(bench.dispatcher.inFlight == 2)
    }

    @Test("tells what an attempt came to, and forgets the delivery once that is recorded")
    func results() throws {
        var bench = DispatcherBench(DestinationPolicy())
        bench.add([1])
        _ = bench.next()
        let result = try #require(bench.finish([1]).first)
        #expect(result.next == .end(.delivered))
        #expect(result.attempt.number == 1)
        #expect(result.attempt.outcome == .delivered)
        #expect(bench.dispatcher.heldCount == 1)
        #expect(bench.dispatcher.unrecorded == 1)
        #expect(!bench.dispatcher.isQuiet)
        bench.record([1])
        #expect(bench.dispatcher.heldCount == 0)
        #expect(bench.dispatcher.isQuiet)
        #expect(bench.finish([1]).isEmpty)
    }

    @Test("reads a retry back from the ledger when it falls due")
    func retry() throws {
        var bench = DispatcherBench(DestinationPolicy(retries: RetrySchedule(delays: [5_000])))
        bench.add([1])
        _ = bench.next()
        guard case .retry(let due, let progress) = try #require(bench.answer([1], .status(500)).first).next else {
            Issue.record("not retried")
            return
        }
        #expect(bench.next().loads.isEmpty)
        #expect(bench.dispatcher.wakeAt == due)
        bench.pass(try #require(bench.wakeIn))
        let load = try #require(bench.next().loads.first)
        #expect(load.destination == "a")
        #expect(load.dueBy >= due)
        bench.dispatcher.loaded(
            "a",
            [DueDelivery(id: DeliveryID(rawValue: 1), dueAt: due, progress: progress)],
            nextDueAt: nil
        )
        #expect(bench.next().sends.map(\.number) == [2])
        #expect(bench.answer([1], .status(500)).first?.next == .end(.dead))
        #expect(bench.next() == DispatchActions())
        #expect(bench.dispatcher.wakeAt == nil)
    }

    @Test("puts first attempts ahead of retries, and lets one retry go for seven of them")
    func firstAttemptsFirst() {
        var bench = DispatcherBench(DestinationPolicy(concurrency: 1))
        bench.add(100..<120, progress: DeliveryProgress(attempts: 1, step: 1))
        bench.add(1..<40)
        let sent = bench.run()
        #expect(sent.prefix(17) == [1, 2, 3, 4, 5, 6, 7, 100, 8, 9, 10, 11, 12, 13, 14, 101, 15])
        #expect(sent.count == 59)
    }

    @Test("sends retries in the order in which they fall due, and none before its time")
    func retriesInOrder() {
        var bench = DispatcherBench(DestinationPolicy(concurrency: 1))
        let retried = DeliveryProgress(attempts: 1, step: 1)
        bench.add([1], progress: retried, dueIn: 100)
        bench.add([2], progress: retried, dueIn: 50)
        bench.add([3], progress: retried, dueIn: 50)
        #expect(bench.sends().isEmpty)
        #expect(bench.wakeIn == 50)
        bench.pass(50)
        #expect(bench.run() == [2, 3])
        #expect(bench.wakeIn == 50)
        bench.pass(50)
        #expect(bench.run() == [1])
    }

    @Test("goes round the destinations, so that the one with much work does not hold up the others")
    func roundRobin() {
        var bench = DispatcherBench(limits: DispatchLimits(inFlight: 1024))
        for name in ["a", "b", "c"] { bench.dispatcher.configure(name, DestinationPolicy()) }
        bench.add(1..<9, to: "a")
        bench.add([11, 12], to: "b")
        bench.add([21], to: "c")
        #expect(bench.sends() == [1, 11, 21, 2, 12, 3, 4, 5, 6, 7, 8])
    }

    @Test("begins with a few requests at once and grows by one for each that succeeds, up to the limit")
    func growth() {
        var bench = DispatcherBench(DestinationPolicy(concurrency: 10))
        bench.add(1...50)
        #expect(bench.sends() == Array(1...8))
        bench.answer([1])
        #expect(bench.sends() == [9, 10])
        bench.answer([2, 3, 4])
        #expect(bench.sends() == Array(11...14))
        #expect(bench.snapshot()?.inFlight == 10)
        #expect(bench.snapshot()?.allowance == 10)
    }

    @Test("keeps to the slots over all destinations, and half of them for those that are known to answer")
    func halfForTheProven() {
        var bench = DispatcherBench(limits: DispatchLimits(inFlight: 16))
        for name in ["a", "b", "c", "d"] { bench.dispatcher.configure(name, DestinationPolicy()) }
        bench.add(1...20, to: "a")
        bench.add(101...120, to: "b")
        #expect(bench.sends().sorted() == [1, 2, 3, 4, 101, 102, 103, 104])
        #expect(bench.sends().isEmpty)
        bench.answer([1, 101])
        #expect(bench.sends().count == 10)
        #expect(bench.dispatcher.inFlight == 16)
        bench.add(201...202, to: "c")
        #expect(bench.sends().isEmpty)
        bench.answer([2, 3, 4, 102, 103, 104])
        #expect(Set(bench.sends()).isSuperset(of: [201, 202]))
    }

    @Test(
        "destinations that answered until now and fall silent together hold up the others for two seconds, not for their timeouts"
    )
    func silence() {
        var bench = DispatcherBench(limits: DispatchLimits(inFlight: 16))
        for name in ["a", "b", "c", "d"] { bench.dispatcher.configure(name, DestinationPolicy()) }
        bench.prove("a", from: 1000, count: 20)
        bench.prove("b", from: 2000, count: 20)
        bench.prove("c", from: 3000, count: 20)
        bench.add(1...20, to: "a")
        bench.add(101...120, to: "b")
        #expect(bench.sends().count == 16)
        bench.add(201...230, to: "c")
        #expect(bench.sends().isEmpty)
        // Nothing happens but that time passes.
        #expect(bench.wakeIn == DestinationLane.silence)
        bench.pass(DestinationLane.silence - 1)
        #expect(bench.sends().isEmpty)
        bench.pass(1)
        #expect(bench.sends() == Array(201...216))
        #expect(bench.dispatcher.inFlight == 32)
        // They take nothing from those that never answered either, once there is room for any.
        bench.answer(201...204)
        bench.add(301...302, to: "d")
        #expect(Set(bench.sends()).isSuperset(of: [301, 302]))
        #expect(bench.dispatcher.inFlight == 32)
    }

    @Test("one that answers again has its slots back, and is silent again if that was all")
    func silentAgain() {
        var bench = DispatcherBench(limits: DispatchLimits(inFlight: 16))
        for name in ["a", "b"] { bench.dispatcher.configure(name, DestinationPolicy()) }
        bench.prove("a", from: 1000, count: 20)
        bench.prove("b", from: 2000, count: 20)
        bench.add(1...16, to: "a")
        #expect(bench.sends().count == 16)
        bench.pass(DestinationLane.silence)
        bench.add(101...140, to: "b")
        #expect(bench.sends().count == 16)
        // Its other 15 are charged to those that answer again, until they have been silent for as long.
        bench.answer([1])
        bench.answer(101...116)
        let one = bench.sends()
        #expect(one.count == 1)
        bench.pass(DestinationLane.silence - 1)
        bench.answer(one)
        #expect(bench.sends().count == 1)
        bench.pass(1)
        #expect(bench.sends().count == 15)
    }

    @Test("a destination that goes on answering, however slowly each request, is not silent")
    func slowButAnswering() {
        var bench = DispatcherBench(limits: DispatchLimits(inFlight: 4))
        for name in ["a", "b"] { bench.dispatcher.configure(name, DestinationPolicy()) }
        bench.prove("a", from: 1000, count: 20)
        bench.prove("b", from: 2000, count: 20)
        bench.add(1...20, to: "a")
        var under = bench.sends()
        #expect(under.count == 4)
        bench.add(101...120, to: "b")
        for _ in 0..<3 {
            bench.pass(1_500)
            #expect(bench.sends().isEmpty)
            bench.answer([under.removeFirst()])
            under += bench.sends().filter { $0 < 100 }
            #expect(bench.dispatcher.inFlight <= 4)
        }
    }

    @Test("still keeps half of the slots after a destination that answers was paused with requests under way")
    func halfAfterPause() {
        var bench = DispatcherBench(limits: DispatchLimits(inFlight: 16))
        for name in ["a", "b", "c"] { bench.dispatcher.configure(name, DestinationPolicy()) }
        for round in 0..<4 {
            bench.prove("a", from: Int64(1000 * (round + 1)), count: 20)
            bench.add(1...8, to: "a")
            #expect(!bench.sends().isEmpty)
            bench.dispatcher.pause("a", at: bench.now, reason: "test")
            bench.answer(1...8)
            _ = bench.next()
            bench.dispatcher.resume("a", at: bench.now)
        }
        bench.add(101...120, to: "b")
        bench.add(201...220, to: "c")
        #expect(bench.sends().count == 8)
    }

    @Test("shows the destinations of routes without those of URLs that came with events, if so wished")
    func snapshots() {
        var bench = DispatcherBench(DestinationPolicy())
        bench.dispatcher.configure("callback-n8n.example.com-0123456789abcdef", DestinationPolicy())
        #expect(bench.dispatcher.snapshots().count == 2)
        #expect(bench.dispatcher.snapshots(withCallbacks: false).map(\.name) == ["a"])
    }

    @Test("sends with a single slot too")
    func oneSlot() {
        var bench = DispatcherBench(DestinationPolicy(), limits: DispatchLimits(inFlight: 1))
        bench.add(1...3)
        #expect(bench.run() == [1, 2, 3])
    }

    @Test("stops sending while too many results wait for the ledger")
    func unrecordedLimit() {
        var bench = DispatcherBench(
            DestinationPolicy(concurrency: 2),
            limits: DispatchLimits(inFlight: 8, unrecorded: 4)
        )
        bench.add(1...20)
        for _ in 0..<20 { bench.finish(bench.sends()) }
        #expect(bench.dispatcher.unrecorded == 4)
        #expect(bench.sends().isEmpty)
        bench.record([1])
        #expect(bench.sends().count == 2)
    }

    @Test("keeps a destination's rate")
    func rate() {
        var bench = DispatcherBench(DestinationPolicy(rate: DeliveryRate(count: 10, perMilliseconds: 1000)))
        bench.add(1...5)
        #expect(bench.sends() == [1])
        #expect(bench.sends().isEmpty)
        #expect(bench.wakeIn == 100)
        bench.pass(99)
        #expect(bench.sends().isEmpty)
        bench.pass(1)
        #expect(bench.sends() == [2])
    }

    @Test("keeps the rate of a URL that came with an event, though it forgets the URL in between")
    func rateOfCallback() {
        var bench = DispatcherBench()
        let policy = DestinationPolicy(rate: DeliveryRate(count: 1, perMilliseconds: 60_000))
        let name = RouteTable.callbackPrefix + "x"
        for number: Int64 in 1...2 {
            if !bench.dispatcher.knows(name) { bench.dispatcher.configure(name, policy) }
            bench.add([number], to: name)
            #expect(bench.sends() == (number == 1 ? [1] : []))
            bench.answer([number])
            #expect(bench.sends().isEmpty)
        }
        bench.pass(60_000)
        #expect(bench.sends() == [2])
    }

    @Test("does nothing for a destination that nobody configured, until somebody does")
    func unconfigured() {
        var bench = DispatcherBench()
        bench.add([1])
        let actions = bench.next()
        #expect(actions == DispatchActions())
        #expect(bench.dispatcher.heldCount == 0)
        bench.dispatcher.configure("a", DestinationPolicy())
        #expect(bench.next().loads.map(\.destination) == ["a"])
        bench.dispatcher.loaded("a", [bench.due(1)], nextDueAt: nil)
        #expect(bench.sends() == [1])
    }

    @Test("lets go of what is queued when a route is taken away, and asks for it when the route returns")
    func routeRemoved() {
        var bench = DispatcherBench(DestinationPolicy(concurrency: 1))
        bench.add(1...3)
        #expect(bench.sends() == [1])
        bench.dispatcher.configure("a", nil)
        #expect(bench.dispatcher.heldCount == 1)
        bench.answer([1])
        #expect(bench.next() == DispatchActions())
        bench.dispatcher.configure("a", DestinationPolicy())
        #expect(bench.next().loads.count == 1)
    }

    @Test("takes back orders that cannot be carried out")
    func takenBack() throws {
        var bench = DispatcherBench(DestinationPolicy(concurrency: 2))
        bench.add(1...3)
        #expect(bench.sends() == [1, 2])
        bench.dispatcher.vanished([DeliveryID(rawValue: 1)])
        #expect(bench.sends() == [3])
        bench.dispatcher.postponed([DeliveryID(rawValue: 2)], retryAt: bench.now.advanced(byMilliseconds: 1000))
        #expect(bench.dispatcher.inFlight == 1)
        #expect(bench.dispatcher.heldCount == 1)
        #expect(bench.next() == DispatchActions())
        #expect(bench.wakeIn == 1000)
        bench.pass(1000)
        #expect(bench.next().loads.count == 1)
    }

    @Test("makes an attempt again that this side cut off, at no cost to the delivery or its destination")
    func cutOff() throws {
        var bench = DispatcherBench(DestinationPolicy(retries: RetrySchedule(delays: []), concurrency: 50))
        let progress = DeliveryProgress(attempts: 3, step: 2, trigger: .replay, requestedBy: "ops")
        bench.add([1], progress: progress)
        #expect(bench.next().loads.count == 1)
        bench.dispatcher.loaded("a", [bench.due(1, progress: progress)], nextDueAt: nil)
        bench.add(2...40)
        let sent = bench.sends()
        #expect(sent.contains(1) && sent.count > 5)
        var answer = Answer(failure: .reset, requestWasSent: true, times: PhaseTimes(total: 1))
        answer.wasCutOff = true
        let results = bench.finish(sent, answer)
        #expect(results.allSatisfy { $0.attempt.outcome == .unknown })
        let replay = try #require(results.first { $0.attempt.delivery == DeliveryID(rawValue: 1) })
        var next = progress
        next.attempts = 4
        #expect(replay.next == .retry(at: bench.now, progress: next))
        #expect(bench.health() == .healthy)
    }

    @Test(
        "makes an attempt again in a moment that this process had no socket for, at no cost to the delivery or its destination"
    )
    func ownTrouble() throws {
        var bench = DispatcherBench(DestinationPolicy(retries: RetrySchedule(delays: [])))
        bench.dispatcher.configure("b", DestinationPolicy())
        bench.add([1])
        for round in 1...30 {
            let sent = bench.sends()
            #expect(sent == [1])
            var answer = Answer(failure: .connect, requestWasSent: false, times: PhaseTimes(total: 1))
            answer.isOwnTrouble = true
            let result = try #require(bench.finish(sent, answer).first)
            #expect(result.attempt.outcome == .retry)
            guard case .retry(let due, let progress) = result.next else { throw NotRetried() }
            #expect(due.milliseconds(since: bench.now) == 5_000 && progress.step == 0 && progress.attempts == round)
            bench.record(sent)
            // What it lacked the others would lack too.
            bench.add([100 + Int64(round)], to: "b")
            #expect(bench.sends().isEmpty)
            bench.pass(5_000)
            let actions = bench.next()
            #expect(actions.sends.map(\.id.rawValue) == [100 + Int64(round)])
            bench.answer([100 + Int64(round)])
            guard actions.loads.contains(where: { $0.destination == "a" }) else { throw NotRetried() }
            bench.dispatcher.loaded("a", [bench.due(1, progress: progress)], nextDueAt: nil)
        }
        #expect(bench.health() == .healthy)
    }

    private struct NotRetried: Error {}

    @Test("forgets a queued delivery that was cancelled, and lets one in flight end")
    func cancelled() {
        var bench = DispatcherBench(DestinationPolicy(concurrency: 1))
        bench.add(1...3)
        #expect(bench.sends() == [1])
        bench.dispatcher.cancelled(DeliveryID(rawValue: 1), at: bench.now)
        bench.dispatcher.cancelled(DeliveryID(rawValue: 2), at: bench.now)
        bench.dispatcher.cancelled(DeliveryID(rawValue: 99), at: bench.now)
        #expect(!bench.dispatcher.isQueued(DeliveryID(rawValue: 2)))
        #expect(bench.dispatcher.isQueued(DeliveryID(rawValue: 3)))
        bench.answer([1])
        #expect(bench.sends() == [3])
    }

    @Test("brings a queued delivery up to date when it is replayed, and does not send it twice")
    func replayedWhileQueued() {
        var bench = DispatcherBench(DestinationPolicy(concurrency: 1))
        let retried = DeliveryProgress(attempts: 2, step: 2)
        bench.add([1], progress: retried, dueIn: 100)
        #expect(bench.sends().isEmpty)
        let replayed = DeliveryProgress(attempts: 2, step: 0, trigger: .replay, requestedBy: "ops")
        bench.add([1], progress: replayed)
        #expect(bench.next().loads.count == 1)
        bench.dispatcher.loaded("a", [bench.due(1, progress: replayed)], nextDueAt: nil)
        let sends = bench.next().sends
        #expect(sends.map(\.trigger) == [.replay])
        #expect(sends.map(\.requestedBy) == ["ops"])
        bench.answer([1])
        bench.pass(200)
        #expect(bench.sends().isEmpty)
    }

    @Test("asks the ledger how a replayed delivery stands, because a result of its past may have changed it since")
    func replayed() {
        var bench = DispatcherBench(DestinationPolicy())
        bench.add([1], progress: DeliveryProgress(attempts: 0, step: 0, trigger: .replay))
        let actions = bench.next()
        #expect(actions.sends.isEmpty)
        #expect(actions.loads.count == 1)
    }

    @Test("looks at the ledger again when a delivery was replayed before its last result was known to be recorded")
    func replayedWhileRecording() {
        var bench = DispatcherBench(DestinationPolicy())
        bench.add([1])
        _ = bench.next()
        bench.finish([1], .status(400))
        bench.add([1], progress: DeliveryProgress(attempts: 1, step: 0, trigger: .replay))
        #expect(bench.next() == DispatchActions())
        bench.record([1])
        #expect(bench.next().loads.count == 1)
    }

    @Test("looks at the ledger again when a delivery was replayed while its order was being taken back")
    func replayedWhileVanishing() {
        var bench = DispatcherBench(DestinationPolicy())
        bench.add([1])
        _ = bench.next()
        bench.add([1], progress: DeliveryProgress(attempts: 0, step: 0, trigger: .replay))
        bench.dispatcher.vanished([DeliveryID(rawValue: 1)])
        #expect(bench.next().loads.count == 1)
    }

    @Test("drains: sends nothing more and waits for what is under way")
    func drain() {
        var bench = DispatcherBench(DestinationPolicy(concurrency: 2))
        bench.add(1...4)
        #expect(bench.sends() == [1, 2])
        bench.dispatcher.drain()
        bench.answer([1])
        #expect(bench.next() == DispatchActions())
        #expect(!bench.dispatcher.isQuiet)
        bench.finish([2])
        #expect(!bench.dispatcher.isQuiet)
        bench.record([2])
        #expect(bench.dispatcher.isQuiet)
        bench.add([9])
        #expect(bench.next() == DispatchActions())
    }

    @Test("makes the same decisions for the same seed")
    func repeatable() {
        func dues(_ seed: UInt64) -> [NextStep] {
            var bench = DispatcherBench(seed: seed)
            bench.dispatcher.configure("a", DestinationPolicy())
            bench.add(1...8)
            return bench.answer(bench.sends(), .status(500)).map(\.next)
        }
        #expect(dues(1) == dues(1))
        #expect(dues(1) != dues(2))
    }
}
