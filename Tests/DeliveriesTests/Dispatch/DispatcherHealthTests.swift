import Testing

@testable import Deliveries

@Suite("The dispatcher and a destination's health")
struct DispatcherHealthTests {
    /// A destination that failed ten times in a row, and has nothing left.
    private func suspended(concurrency: Int = 16) -> DispatcherBench {
        var bench = DispatcherBench(DestinationPolicy(retries: RetrySchedule(delays: []), concurrency: concurrency))
        bench.add(1...10)
        bench.run(.status(500))
        return bench
    }

    private func load(_ bench: inout DispatcherBench, _ numbers: [Int64]) {
        bench.dispatcher.loaded("a", numbers.map { bench.due($0) }, nextDueAt: bench.now)
    }

    @Test("suspends one that fails ten times in a row, and says so")
    func suspends() {
        var bench = DispatcherBench(DestinationPolicy(concurrency: 9))
        bench.add(1...9)
        bench.run(.status(500))
        #expect(bench.health() == .healthy)
        bench.add([10])
        bench.answer(bench.sends(), .broken(.connect, requestWasSent: false))
        #expect(bench.health() == .suspended)
        #expect(
            bench.next().changes == [
                DestinationRecord(name: "a", health: .suspended, since: bench.now, reason: "10 failures in a row")
            ]
        )
        #expect(bench.next().changes.isEmpty)
    }

    @Test("suspends one that fails half of the time")
    func suspendsHalf() {
        var bench = DispatcherBench(DestinationPolicy(concurrency: 1))
        bench.add(1...100)
        for number: Int64 in 1...100 {
            #expect(bench.health() == .healthy)
            #expect(bench.sends() == [number])
            bench.answer([number], number % 2 == 0 ? .status(500) : .status(200))
        }
        #expect(bench.health() == .suspended)
        #expect(bench.snapshot()?.reason == "50 of the last 100 attempts failed")
    }

    @Test("does not hold refusals against a receiver, nor addresses that the policy blocks")
    func refusals() {
        var bench = DispatcherBench(DestinationPolicy())
        bench.add(1...60)
        var sent = 0
        while true {
            let ready = bench.sends()
            if ready.isEmpty { break }
            sent += ready.count
            bench.answer(ready, sent % 2 == 0 ? .status(400) : .broken(.blocked, requestWasSent: false))
        }
        #expect(sent == 60)
        #expect(bench.health() == .healthy)
    }

    @Test("leaves the work of a suspended one in the ledger and probes with one delivery")
    func probe() {
        var bench = suspended()
        #expect(bench.snapshot()?.held == 0)
        bench.add(200...205)
        #expect(bench.snapshot()?.held == 1)
        #expect(bench.sends().isEmpty)
        #expect(bench.wakeIn == 5_000)
        bench.pass(4_999)
        #expect(bench.sends().isEmpty)
        bench.pass(1)
        let sends = bench.next().sends
        #expect(sends.map(\.id.rawValue) == [200])
        #expect(sends.map(\.trigger) == [.probe])
        bench.pass(10_000)
        #expect(bench.next() == DispatchActions())
    }

    @Test("probes after 5 s, then twice as long each time, up to five minutes")
    func probeDelays() {
        var bench = suspended()
        bench.dispatcher.foundInLedger("a", earliestDueAt: bench.now)
        _ = bench.next()
        var delays: [Int64] = []
        for round: Int64 in 0..<9 {
            let ended = bench.now
            bench.pass(bench.wakeIn ?? 0)
            #expect(bench.next().loads.map(\.limit) == [1])
            load(&bench, [200 + round])
            #expect(bench.sends() == [200 + round])
            delays.append(bench.now.milliseconds(since: ended) / 1000)
            bench.pass(100)
            bench.finish([200 + round], .status(503))
            bench.record([200 + round])
            #expect(bench.sends().isEmpty)
        }
        #expect(delays == [5, 10, 20, 40, 80, 160, 300, 300, 300])
    }

    @Test("lets the rest follow on a ramp once a probe succeeds")
    func ramp() {
        var bench = suspended(concurrency: 5)
        bench.dispatcher.foundInLedger("a", earliestDueAt: bench.now)
        bench.pass(5_000)
        _ = bench.next()
        bench.dispatcher.loaded("a", [bench.due(100)], nextDueAt: nil)
        #expect(bench.sends() == [100])
        bench.answer([100])
        #expect(bench.health() == .ramping)
        bench.add(201...220)
        var perTurn: [Int] = []
        for _ in 0..<4 {
            let sends = bench.sends()
            perTurn.append(sends.count)
            bench.answer(sends.prefix(1))
            bench.answer(sends.dropFirst(), .broken(.blocked, requestWasSent: false))
        }
        #expect(perTurn == [2, 3, 4, 5])
        #expect(bench.health() == .healthy)
    }

    @Test("goes back to probing at the longer pace when it fails again on the ramp")
    func failsOnRamp() {
        var bench = suspended()
        _ = bench.next()
        bench.pass(5_000)
        bench.add([200])
        bench.answer(bench.sends(), .status(500))
        bench.pass(10_000)
        bench.add([201])
        bench.answer(bench.sends())
        #expect(bench.health() == .ramping)
        bench.add(301...303)
        bench.run(.status(500))
        #expect(bench.health() == .suspended)
        #expect(bench.snapshot()?.reason == "failed again while ramping up")
        #expect(bench.snapshot()?.nextProbeAt == bench.now.advanced(byMilliseconds: 10_000))
    }

    @Test("takes a late success of an earlier attempt for a sign of life, and a late failure for nothing")
    func lateAnswers() {
        var bench = DispatcherBench(DestinationPolicy(concurrency: 16))
        bench.prove(count: 20)
        bench.add(1...14)
        #expect(bench.sends().count == 14)
        bench.answer(1...10, .status(500))
        #expect(bench.health() == .suspended)
        bench.answer([11], .status(500))
        #expect(bench.snapshot()?.nextProbeAt == bench.now.advanced(byMilliseconds: 5_000))
        bench.answer([12])
        #expect(bench.health() == .ramping)
    }

    @Test("asks with another delivery when the probe's own was called off")
    func probeVanished() {
        var bench = suspended()
        _ = bench.next()
        bench.pass(5_000)
        bench.add([200])
        #expect(bench.sends() == [200])
        bench.dispatcher.vanished([DeliveryID(rawValue: 200)])
        bench.dispatcher.foundInLedger("a", earliestDueAt: bench.now)
        #expect(bench.next().loads.count == 1)
        load(&bench, [201])
        #expect(bench.next().sends.map(\.trigger) == [.probe])
    }

    @Test("probes at once with what was waiting when the clock was set back")
    func probeAfterClockChange() {
        var bench = suspended()
        _ = bench.next()
        bench.dispatcher.foundInLedger("a", earliestDueAt: bench.now)
        bench.pass(5_000)
        _ = bench.next()
        bench.dispatcher.loaded("a", [bench.due(200, progress: DeliveryProgress(attempts: 1, step: 1))], nextDueAt: nil)
        bench.setClock(by: -3_600_000)
        #expect(bench.sends() == [200])
    }

    @Test("pauses one that answers 410, and the delivery is dead")
    func gone() {
        var bench = DispatcherBench(DestinationPolicy())
        bench.add(1...20)
        let sent = bench.sends()
        #expect(bench.answer([sent[0]], .status(410)).first?.next == .end(.dead))
        #expect(bench.health() == .gone)
        let actions = bench.next()
        #expect(actions.sends.isEmpty && actions.loads.isEmpty)
        #expect(actions.changes.map(\.health) == [.gone])
        bench.answer(sent.dropFirst())
        bench.add([50])
        #expect(bench.next() == DispatchActions())
        #expect(bench.health() == .gone)
        #expect(bench.dispatcher.heldCount == 0)
    }

    @Test("sends nothing while paused, and on a ramp when resumed")
    func pause() {
        var bench = DispatcherBench(DestinationPolicy(concurrency: 8))
        bench.add(1...12)
        let sent = bench.sends()
        bench.dispatcher.pause("a", at: bench.now, reason: "paused by ops")
        let record = DestinationRecord(name: "a", health: .paused, since: bench.now, reason: "paused by ops")
        #expect(bench.next().changes == [record])
        bench.answer(sent.prefix(4))
        bench.answer(sent.dropFirst(4), .status(410))
        bench.add(20...25)
        #expect(bench.next() == DispatchActions())
        #expect(bench.health() == .paused)
        #expect(bench.dispatcher.heldCount == 0)
        bench.pass(60_000)
        bench.dispatcher.resume("a", at: bench.now)
        let actions = bench.next()
        #expect(actions.changes.map(\.health) == [.ramping])
        #expect(actions.sends.isEmpty)
        #expect(actions.loads.count == 1)
        load(&bench, [9, 10, 11])
        #expect(bench.sends().count == 2)
    }

    @Test("does not mind being told to resume what runs or what it does not know")
    func resume() {
        var bench = DispatcherBench(DestinationPolicy())
        bench.dispatcher.resume("a", at: bench.now)
        bench.dispatcher.resume("b", at: bench.now)
        #expect(bench.next() == DispatchActions())
        #expect(bench.health() == .healthy)
        #expect(!bench.dispatcher.knows("b"))
    }

    @Test("takes up after a restart what was remembered", arguments: [DestinationHealth.paused, .gone, .suspended])
    func restore(health: DestinationHealth) {
        var bench = DispatcherBench(DestinationPolicy())
        let since = bench.now.advanced(byMilliseconds: -3_600_000)
        bench.dispatcher.restore(DestinationRecord(name: "a", health: health, since: since, reason: "r"), at: bench.now)
        bench.dispatcher.foundInLedger("a", earliestDueAt: bench.now)
        let actions = bench.next()
        #expect(actions.changes.isEmpty)
        #expect(actions.loads.count == (health == .suspended ? 1 : 0))
        #expect(bench.snapshot()?.health == health)
        #expect(bench.snapshot()?.since == since)
        #expect(bench.snapshot()?.reason == "r")
        bench.dispatcher.resume("a", at: bench.now)
        if health == .suspended { bench.dispatcher.loaded("a", [], nextDueAt: bench.now) }
        #expect(bench.next().loads.count == 1)
    }

    @Test(
        "keeps its pauses and its pace as long as they were meant to be when the clock is set",
        arguments: [
            -3_600_000, 3_600_000,
        ] as [Int64]
    )
    func clock(delta: Int64) {
        var bench = suspended()
        _ = bench.next()
        bench.setClock(by: delta)
        bench.add([200])
        #expect(bench.sends().isEmpty)
        #expect(bench.wakeIn == 5_000)
        bench.pass(5_000)
        #expect(bench.sends() == [200])
    }

    @Test(
        "looks at the ledger after the pause that was meant when the clock was set back, or early when it was set forward"
    )
    func ledgerAfterClockChange() {
        for (delta, wakeIn) in [(-3_600_000, 1_000), (500, 500), (3_600_000, 0)] as [(Int64, Int64)] {
            var bench = DispatcherBench(DestinationPolicy())
            bench.add([1])
            #expect(bench.sends() == [1])
            bench.dispatcher.postponed([DeliveryID(rawValue: 1)], retryAt: bench.now.advanced(byMilliseconds: 1_000))
            #expect(bench.next() == DispatchActions())
            bench.setClock(by: delta)
            #expect(bench.next().loads.count == (wakeIn == 0 ? 1 : 0))
            #expect(bench.wakeIn == (wakeIn == 0 ? nil : wakeIn))
        }
    }

    @Test(
        "sends a retry that was about to fall due when the clock was set back, and does not put it off when it is set right"
    )
    func retryAfterClockChange() {
        var bench = DispatcherBench(DestinationPolicy())
        bench.add([1], progress: DeliveryProgress(attempts: 1, step: 1), dueIn: 100)
        #expect(bench.sends().isEmpty)
        bench.setClock(by: -3_600_000)
        #expect(bench.sends().isEmpty)
        #expect(bench.wakeIn == 100)
        bench.setClock(by: 3_600_000)
        #expect(bench.sends() == [1])
    }
}

@Suite("A test event")
struct DispatcherTestEventTests {
    @Test("is sent whatever the state of its destination, and tells a suspended one's return")
    func sent() {
        var bench = DispatcherBench(DestinationPolicy(concurrency: 10))
        bench.add(1...10)
        bench.run(.status(500))
        #expect(bench.health() == .suspended)
        let order = bench.dispatcher.beginTest(DeliveryID(rawValue: 99), to: "a", requestedBy: "ops")
        #expect(order.trigger == .test)
        #expect(order.number == 1)
        #expect(order.requestedBy == "ops")
        #expect(bench.dispatcher.inFlight == 1)
        let results = bench.answer([99])
        #expect(results.first?.next == .end(.delivered))
        #expect(results.first?.attempt.requestedBy == "ops")
        #expect(bench.health() == .ramping)
    }

    @Test(
        "is not retried, whatever came back",
        arguments: [
            Answer.status(500), .broken(.timeout, requestWasSent: true), .status(409, body: "is running already"),
            .status(400),
        ]
    )
    func once(answer: Answer) {
        var bench = DispatcherBench(DestinationPolicy())
        _ = bench.dispatcher.beginTest(DeliveryID(rawValue: 99), to: "a", requestedBy: "ops")
        #expect(bench.answer([99], answer).first?.next == .end(.dead))
        #expect(bench.next() == DispatchActions())
        #expect(bench.dispatcher.wakeAt == nil)
    }

    @Test("that could not be recorded leaves nothing behind")
    func vanished() {
        var bench = DispatcherBench(DestinationPolicy())
        _ = bench.dispatcher.beginTest(DeliveryID(rawValue: 99), to: "a", requestedBy: "ops")
        bench.dispatcher.vanished([DeliveryID(rawValue: 99)])
        #expect(bench.dispatcher.isQuiet)
        #expect(bench.dispatcher.heldCount == 0)
    }
}
