import Testing

@testable import Deliveries

/// What is in memory is a window on what is in the ledger; the two are read and written at different times.
@Suite("The dispatcher's window on the ledger")
struct DispatcherLedgerTests {
    private let retried = DeliveryProgress(attempts: 1, step: 1)

    @Test("holds so much and leaves the rest in the ledger")
    func bounded() {
        var bench = DispatcherBench(DestinationPolicy(concurrency: 4), limits: .small)
        bench.add(1...1000)
        #expect(bench.dispatcher.heldCount == 8)
        #expect(bench.sends().count == 4)
        bench.add(2000...3000)
        #expect(bench.dispatcher.heldCount <= 12)
    }

    @Test("holds no more in all than the limit and each destination's smallest window")
    func boundedInAll() {
        var bench = DispatcherBench(limits: .small)
        for index in 0..<40 {
            let name = "d\(index)"
            bench.dispatcher.configure(name, DestinationPolicy())
            bench.add(Int64(index * 100)..<Int64(index * 100 + 50), to: name)
        }
        #expect(bench.dispatcher.heldCount <= 32 + 40 * 2)
        #expect(bench.dispatcher.snapshots().allSatisfy { $0.held >= 2 })
    }

    @Test("reads the next page when its window runs low, once at a time")
    func pages() {
        var bench = DispatcherBench(DestinationPolicy(concurrency: 1), limits: .small)
        bench.add(1...20)
        var sent: [Int64] = []
        while sent.count < 3 {
            let actions = bench.next()
            #expect(actions.loads.isEmpty)
            sent += actions.sends.map(\.id.rawValue)
            bench.answer(actions.sends.map(\.id.rawValue))
        }
        let loads = bench.next().loads
        #expect(loads.count == 1)
        #expect(loads.first?.limit == 5 + 8 - 4)
        #expect(bench.next().loads.isEmpty)
        let page = (4...12).map { bench.due($0) }
        bench.dispatcher.loaded("a", page, nextDueAt: bench.now)
        #expect(bench.snapshot()?.held == 9)
        sent.append(contentsOf: [4])
        bench.answer([4])
        #expect(bench.run() == Array(5...12))
    }

    @Test("reads ahead by the horizon, and again when the next delivery on the ledger falls due")
    func horizon() throws {
        var bench = DispatcherBench(DestinationPolicy(), limits: DispatchLimits(horizon: 200))
        bench.dispatcher.foundInLedger("a", earliestDueAt: bench.now)
        let load = try #require(bench.next().loads.first)
        #expect(load.dueBy == bench.now.advanced(byMilliseconds: 200))
        bench.dispatcher.loaded(
            "a",
            [bench.due(1, progress: retried, in: 150)],
            nextDueAt: bench.now.advanced(byMilliseconds: 900)
        )
        #expect(bench.sends().isEmpty)
        #expect(bench.wakeIn == 150)
        bench.pass(150)
        #expect(bench.sends() == [1])
        #expect(bench.wakeIn == 750)
        bench.pass(750)
        #expect(bench.next().loads.count == 1)
    }

    @Test("does not bring back as it was what ended while the page was being read")
    func releasedMeanwhile() {
        var bench = DispatcherBench(DestinationPolicy())
        bench.add(1...2)
        #expect(bench.sends() == [1, 2])
        bench.dispatcher.foundInLedger("a", earliestDueAt: bench.now)
        #expect(bench.next().loads.count == 1)
        bench.answer([1])
        bench.finish([2], .status(500))
        bench.dispatcher.loaded("a", [bench.due(1), bench.due(2), bench.due(3)], nextDueAt: nil)
        #expect(bench.sends() == [3])
        bench.record([2])
        #expect(bench.sends().isEmpty)
        // First whether 3 is answered in time, then the retry of 2.
        #expect(bench.wakeIn == DestinationLane.silence)
        bench.pass(DestinationLane.silence)
        #expect(bench.sends().isEmpty)
        #expect((3_000...3_500).contains(bench.wakeIn ?? 0))
    }

    @Test("does not forget what it hears of while a page is being read")
    func notedMeanwhile() {
        var bench = DispatcherBench(DestinationPolicy(concurrency: 1), limits: .small)
        bench.dispatcher.foundInLedger("a", earliestDueAt: bench.now)
        #expect(bench.next().loads.count == 1)
        bench.add(1...20)
        bench.dispatcher.loaded("a", [], nextDueAt: nil)
        // A quarter of the window was kept for the page.
        #expect(bench.run() == Array(1...6))
        #expect(bench.snapshot()?.held == 0)
        var other = DispatcherBench(DestinationPolicy(concurrency: 1), limits: .small)
        other.dispatcher.foundInLedger("a", earliestDueAt: other.now)
        _ = other.next()
        other.add(1...20)
        other.dispatcher.loaded("a", [], nextDueAt: nil)
        var loads = 0
        for number: Int64 in 1...5 {
            loads += other.next().loads.count
            other.answer([number])
        }
        #expect(loads == 1)
    }

    @Test("asks again for a page that could not be read")
    func loadFailed() {
        var bench = DispatcherBench(DestinationPolicy())
        bench.dispatcher.foundInLedger("a", earliestDueAt: bench.now)
        #expect(bench.next().loads.count == 1)
        bench.dispatcher.loadFailed("a", retryAt: bench.now.advanced(byMilliseconds: 1000))
        #expect(bench.next().loads.isEmpty)
        #expect(bench.wakeIn == 1000)
        bench.pass(1000)
        #expect(bench.next().loads.count == 1)
    }

    @Test("takes only the part of a page that it has room for, and reads the rest later")
    func pageTooLarge() {
        var bench = DispatcherBench(DestinationPolicy(concurrency: 1), limits: .small)
        bench.dispatcher.foundInLedger("a", earliestDueAt: bench.now)
        #expect(bench.next().loads.count == 1)
        bench.add(100...105)
        bench.dispatcher.loaded("a", (1...8).map { bench.due($0) }, nextDueAt: nil)
        #expect(bench.dispatcher.heldCount == 8)
        var sent = 0
        var loads = 0
        for _ in 0..<8 {
            let actions = bench.next()
            loads += actions.loads.count
            sent += actions.sends.count
            bench.answer(actions.sends.map(\.id.rawValue))
        }
        #expect(sent == 8)
        #expect(loads == 1)
    }

    @Test("sends what is offered before it is in the ledger, and does not send it again once it is")
    func offered() {
        var bench = DispatcherBench(DestinationPolicy())
        let held = bench.offer([1])
        #expect(held == [1])
        #expect(bench.sends() == [1])
        bench.written(1)
        #expect(bench.next().loads.isEmpty)
        bench.answer([1])
        #expect(bench.next() == DispatchActions())
        #expect(bench.snapshot()?.held == 0)
    }

    @Test("waits no longer for a result that cannot be recorded, and does not send its delivery again from a page")
    func unrecordable() throws {
        var limits = DispatchLimits.small
        limits.unrecorded = 1
        var bench = DispatcherBench(DestinationPolicy(), limits: limits)
        bench.add(1...2)
        #expect(bench.sends() == [1, 2])
        bench.finish(1...2)
        bench.dispatcher.unrecordable([1].map(DeliveryID.init(rawValue:)))
        bench.add([3])
        #expect(bench.sends().isEmpty)
        #expect(!bench.dispatcher.isQuiet)
        bench.dispatcher.unrecordable([1, 2].map(DeliveryID.init(rawValue:)))
        #expect(bench.dispatcher.isQuiet)
        #expect(bench.run() == [3])

        // They are due in the ledger, and the page is large enough to show what is behind them.
        bench.dispatcher.foundInLedger("a", earliestDueAt: bench.now)
        #expect(try #require(bench.next().loads.first).limit == 2 + limits.window)
        bench.dispatcher.loaded("a", [bench.due(1), bench.due(2), bench.due(4)], nextDueAt: nil)
        #expect(bench.run() == [4])
    }

    @Test("sends what could not be recorded when somebody replays it, and forgets it when it is cancelled")
    func replaysUnrecordable() throws {
        var bench = DispatcherBench(DestinationPolicy())
        let ids = (1...3).map { DeliveryID(rawValue: $0) }
        bench.add(1...3)
        #expect(bench.sends() == [1, 2, 3])
        bench.finish(1...3)
        bench.dispatcher.replayed(ids[0], to: "a", dueAt: bench.now)
        bench.dispatcher.unrecordable(ids)
        bench.dispatcher.replayed(ids[1], to: "a", dueAt: bench.now)
        bench.dispatcher.cancelled(ids[2], at: bench.now)
        #expect(bench.dispatcher.heldCount == 0)
        #expect(bench.next().loads.count == 1)
        let replay = DeliveryProgress(attempts: 0, trigger: .replay, requestedBy: "ops")
        bench.dispatcher.loaded("a", [1, 2].map { bench.due($0, progress: replay) }, nextDueAt: nil)
        #expect(bench.run() == [1, 2])
    }

    @Test("says of an attempt that a replay overtook when the delivery is due again")
    func replayedInFlight() throws {
        var bench = DispatcherBench(DestinationPolicy())
        bench.add(1...2)
        #expect(bench.sends() == [1, 2])
        bench.dispatcher.replayed(DeliveryID(rawValue: 2), to: "a", dueAt: bench.now)
        let results = bench.finish(1...2)
        #expect(results.map(\.replayDueAt) == [nil, bench.now])
    }

    @Test("does not take what is offered while it is held")
    func offeredTwice() {
        var bench = DispatcherBench(DestinationPolicy())
        let first = bench.offer([1])
        #expect(bench.sends() == first)
        let second = bench.offer([1])
        #expect(second.isEmpty)
        bench.answer([1])
        #expect(bench.next() == DispatchActions())
        #expect(bench.dispatcher.isQuiet)
    }

    @Test("leaves what it has no room for to be written, and finds it in the ledger")
    func offeredWithoutRoom() {
        var bench = DispatcherBench(DestinationPolicy(concurrency: 1), limits: .small)
        let held = bench.offer(1...20)
        #expect(held == Array(1...8))
        #expect(bench.dispatcher.heldCount == 8)
        // Nothing of it is in the ledger yet, so that it is not looked for there.
        #expect(bench.run() == held)
        bench.written(9)
        #expect(bench.next().loads.count == 1)
    }

    @Test("does not let what is offered overtake what waits in the ledger")
    func offeredAfterOlder() {
        var bench = DispatcherBench(DestinationPolicy())
        bench.dispatcher.foundInLedger("a", earliestDueAt: bench.now)
        let held = bench.offer([1])
        #expect(held.isEmpty)
    }

    @Test("finds in the ledger what was offered and let go of before it was written")
    func offeredAndLetGo() {
        var bench = DispatcherBench(DestinationPolicy(concurrency: 1))
        let held = bench.offer([1])
        #expect(held == [1])
        bench.dispatcher.pause("a", at: bench.now, reason: "test")
        _ = bench.next()
        bench.dispatcher.resume("a", at: bench.now)
        #expect(bench.next().loads.count == 1)
        // This page was read before it was written.
        bench.dispatcher.loaded("a", [], nextDueAt: nil)
        #expect(bench.next().loads.isEmpty)
        bench.written(1)
        #expect(bench.next().loads.count == 1)
    }

    @Test("keeps room for the page that is on its way, for its first attempts and for its retries")
    func roomForPage() {
        var bench = DispatcherBench(DestinationPolicy(concurrency: 1), limits: .small)
        bench.dispatcher.foundInLedger("a", earliestDueAt: bench.now)
        #expect(bench.next().loads.count == 1)
        bench.add(100...120)
        #expect(bench.snapshot()?.held == 6)
        let page = (1...4).map { bench.due($0) } + (5...8).map { bench.due($0, progress: retried) }
        bench.dispatcher.loaded("a", page, nextDueAt: nil)
        #expect(bench.dispatcher.isQueued(DeliveryID(rawValue: 1)))
        #expect(bench.dispatcher.isQueued(DeliveryID(rawValue: 5)))
        #expect(bench.snapshot()?.held == 8)
    }

    @Test("does not wait for the old time of what was on a page when the clock was set back")
    func clockSetBackDuringLoad() {
        var bench = DispatcherBench(DestinationPolicy())
        bench.dispatcher.foundInLedger("a", earliestDueAt: bench.now)
        #expect(bench.next().loads.count == 1)
        let page = [bench.due(1, progress: retried)]
        bench.setClock(by: -3_600_000)
        bench.dispatcher.loaded("a", page, nextDueAt: nil)
        #expect(bench.sends() == [1])
    }

    @Test("looks at the ledger again once the due times there were moved after the clock was set back")
    func dueTimesMoved() {
        var bench = DispatcherBench(DestinationPolicy())
        bench.dispatcher.foundInLedger("a", earliestDueAt: bench.now.advanced(byMilliseconds: 1_000))
        _ = bench.next()
        let shouldMove = bench.setClock(by: -3_600_000)
        #expect(shouldMove)
        #expect(bench.next().loads.isEmpty)
        bench.pass(1_000)
        #expect(bench.next().loads.count == 1)
        // It was read before the times were moved.
        bench.dispatcher.loaded("a", [], nextDueAt: bench.now.advanced(byMilliseconds: 3_600_000))
        bench.dispatcher.dueTimesMoved(at: bench.now)
        #expect(bench.next().loads.count == 1)
    }

    @Test("asks for due times to be moved only when the clock was set back by more than is worth it")
    func smallSteps() {
        var bench = DispatcherBench(DestinationPolicy())
        let answers = [-4_999, -5_000, 3_600_000].map { bench.setClock(by: $0) }
        #expect(answers == [false, true, false])
    }

    @Test("asks in time for what it let go of after the clock was set back")
    func letGoAfterClockChange() {
        let rate = DeliveryRate(count: 1, perMilliseconds: 60_000)
        var bench = DispatcherBench(DestinationPolicy(rate: rate))
        bench.add(1...2)
        bench.answer(bench.sends())
        bench.setClock(by: -3_600_000)
        bench.dispatcher.pause("a", at: bench.now, reason: "test")
        _ = bench.next()
        bench.dispatcher.resume("a", at: bench.now)
        #expect(bench.next().loads.count == 1)
    }

    @Test("asks in time for what was replayed in flight before the clock was set back")
    func replayedBeforeClockChange() {
        var bench = DispatcherBench(DestinationPolicy())
        bench.add([1])
        _ = bench.next()
        bench.add([1], progress: DeliveryProgress(attempts: 0, step: 0, trigger: .replay))
        bench.setClock(by: -3_600_000)
        bench.finish([1], .status(400))
        bench.record([1])
        #expect(bench.next().loads.count == 1)
    }

    @Test("does not let new deliveries overtake for ever those that wait in the ledger")
    func oldBeforeNew() throws {
        let policy = DestinationPolicy(concurrency: 1)
        var bench = DispatcherBench(policy, limits: .small)
        var ledger = Array(Int64(1)...30)
        bench.add(ledger)
        var newest: Int64 = 1000
        var sent: [Int64] = []
        for _ in 0..<60 {
            let actions = bench.next()
            for load in actions.loads {
                let page = ledger.prefix(load.limit).map { bench.due($0) }
                let isWhole = page.count == ledger.count
                bench.dispatcher.loaded("a", page, nextDueAt: isWhole ? nil : bench.now)
            }
            let numbers = actions.sends.map(\.id.rawValue)
            sent += numbers
            ledger.removeAll { numbers.contains($0) }
            bench.answer(numbers)
            bench.pass(10)
            newest += 1
            ledger.append(newest)
            bench.add([newest])
        }
        #expect(Set(sent).isSuperset(of: Array(Int64(1)...30)))
    }

    @Test("does not read the ledger for a destination that nobody configures any more", arguments: [false, true])
    func unconfigured(isSuspended: Bool) {
        var bench = DispatcherBench(DestinationPolicy())
        if isSuspended {
            bench.dispatcher.restore(DestinationRecord(name: "a", health: .suspended, since: bench.now), at: bench.now)
        }
        bench.dispatcher.foundInLedger("a", earliestDueAt: bench.now)
        bench.dispatcher.configure("a", nil)
        #expect(bench.next() == DispatchActions())
        #expect(bench.wakeIn == nil)
    }

    @Test("does not pile up timers over a long busy time")
    func timers() {
        let rate = DeliveryRate(count: 100, perMilliseconds: 1000)
        var bench = DispatcherBench(DestinationPolicy(retries: RetrySchedule(delays: [36_000_000]), rate: rate))
        bench.add([1])
        bench.answer(bench.sends(), .status(500))
        for number: Int64 in 2...2000 {
            bench.add([number])
            bench.pass(10)
            bench.answer(bench.sends())
            bench.add([number + 10_000])
            _ = bench.next()
            bench.dispatcher.cancelled(DeliveryID(rawValue: number + 10_000), at: bench.now)
        }
        #expect(bench.dispatcher.timerCount < 200)
    }

    @Test("forgets a URL that came with an event once nothing is left to do for it")
    func forgetsCallbacks() {
        var bench = DispatcherBench()
        for number: Int64 in 1...100 {
            let name = RouteTable.callbackPrefix + "\(number)"
            bench.dispatcher.configure(name, DestinationPolicy())
            bench.add([number], to: name)
            #expect(bench.sends() == [number])
            #expect(bench.dispatcher.knows(name))
            bench.answer([number])
            _ = bench.next()
            #expect(!bench.dispatcher.knows(name))
        }
        bench.dispatcher.configure("a", DestinationPolicy())
        bench.add([1])
        bench.answer(bench.sends())
        _ = bench.next()
        #expect(bench.dispatcher.snapshots().map(\.name) == ["a"])
    }

    @Test("does not forget a URL that has a retry before it")
    func keepsCallbacks() {
        var bench = DispatcherBench()
        let name = RouteTable.callbackPrefix + "x"
        bench.dispatcher.configure(name, DestinationPolicy())
        bench.add([1], to: name)
        bench.answer(bench.sends(), .status(500))
        _ = bench.next()
        #expect(bench.dispatcher.knows(name))
        #expect(bench.dispatcher.wakeAt != nil)
    }

    @Test("forgets a URL that is gone after a day without deliveries, and until then it takes nothing from the others")
    func forgetsGoneCallbacks() {
        var bench = DispatcherBench(limits: DispatchLimits(held: 1_000))
        let names = (1...500).map { RouteTable.callbackPrefix + "\($0)" }
        for (number, name) in zip(Int64(1)..., names) {
            bench.dispatcher.configure(name, DestinationPolicy())
            bench.add([number], to: name)
            bench.answer(bench.sends(), .status(410))
            _ = bench.next()
            #expect(bench.health(name) == .gone)
        }
        bench.dispatcher.configure("a", DestinationPolicy())
        bench.add(1_000..<1_500)
        #expect(bench.dispatcher.heldCount == 500)
        bench.pass(DestinationLane.goneMemory - 1)
        #expect(bench.next().changes.isEmpty)
        bench.pass(1)
        #expect(bench.next().changes.map(\.health) == Array(repeating: .healthy, count: 500))
        #expect(names.allSatisfy { !bench.dispatcher.knows($0) })
    }

    @Test("asks the ledger once more after a delivery was cancelled that a replay may have brought back since")
    func cancelledAfterReplay() {
        var bench = DispatcherBench(DestinationPolicy(concurrency: 1))
        bench.add(1...2)
        #expect(bench.sends() == [1])
        bench.dispatcher.cancelled(DeliveryID(rawValue: 2), at: bench.now)
        #expect(bench.next().loads.map(\.destination) == ["a"])
    }

    @Test("forgets a suspended URL too once it has no deliveries left, and says so")
    func forgetsSuspendedCallbacks() {
        var bench = DispatcherBench()
        let name = RouteTable.callbackPrefix + "x"
        bench.dispatcher.configure(name, DestinationPolicy(retries: RetrySchedule(delays: []), concurrency: 10))
        bench.add(1...10, to: name)
        bench.answer(bench.sends(), .status(500))
        bench.answer(bench.sends(), .status(500))
        #expect(bench.health(name) == .suspended)
        #expect(bench.next().changes.map(\.health) == [.suspended, .healthy])
        #expect(!bench.dispatcher.knows(name))
    }
}
