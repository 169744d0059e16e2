import Testing

@testable import Deliveries

/// Whether intake should wait before it takes in more.
@Suite("Room in the dispatcher")
struct DispatcherRoomTests {
    /// A destination that has answered once, takes one request at a time, and may hold eight.
    private func proven(_ policy: DestinationPolicy = DestinationPolicy(concurrency: 1)) -> DispatcherBench {
        var bench = DispatcherBench(policy, limits: DispatchLimits(window: 8))
        bench.add([1])
        bench.run()
        return bench
    }

    private func hasRoom(_ bench: DispatcherBench) -> Bool {
        bench.dispatcher.hasRoom(at: ["a"], now: bench.now)
    }

    @Test("ends when more than half of the window waits for a destination that answers, and comes back as it is sent")
    func fills() {
        var bench = proven()
        bench.add(2...6)
        #expect(bench.sends() == [2])
        #expect(hasRoom(bench))
        bench.add([7])
        #expect(!hasRoom(bench))
        bench.answer([2])
        #expect(bench.sends() == [3])
        #expect(hasRoom(bench))
    }

    @Test("ends when older deliveries wait in the ledger, until they are being read")
    func waitsForOlderWork() {
        var bench = proven()
        bench.dispatcher.foundInLedger("a", earliestDueAt: bench.now)
        #expect(!hasRoom(bench))
        #expect(bench.next().loads.count == 1)
        #expect(hasRoom(bench))
    }

    @Test("does not end for a destination that has not answered")
    func passesOverTheSilent() {
        var bench = DispatcherBench(DestinationPolicy(concurrency: 1), limits: DispatchLimits(window: 8))
        bench.add(1...20)
        _ = bench.next()
        #expect(hasRoom(bench))
    }

    @Test("does not end for a destination that is paused")
    func passesOverThePaused() {
        var bench = proven()
        bench.add(2...20)
        bench.dispatcher.pause("a", at: bench.now, reason: "test")
        #expect(hasRoom(bench))
    }

    @Test("does not end for a destination with a rate of its own")
    func passesOverTheSlowedDown() {
        var bench = proven(DestinationPolicy(concurrency: 1, rate: DeliveryRate("1/h")))
        bench.add(2...20)
        #expect(hasRoom(bench))
    }

    @Test("is there for a destination that nobody has heard of")
    func knowsNothing() {
        #expect(DispatcherBench().dispatcher.hasRoom(at: ["z"], now: .start))
    }
}
