import Testing

@testable import Deliveries

@Suite("A pace")
struct PaceTests {
    @Test(
        "never lets more than the rate and the burst through, in any span",
        arguments: [
            DeliveryRate(count: 1, perMilliseconds: 1000), DeliveryRate(count: 100, perMilliseconds: 1000),
            DeliveryRate(count: 3, perMilliseconds: 60_000), DeliveryRate(count: 5_000, perMilliseconds: 1000),
            DeliveryRate(count: 7, perMilliseconds: 13),
        ]
    )
    func neverAbove(rate: DeliveryRate) {
        var pace = Pace()
        var random = SeededGenerator(seed: UInt64(rate.count))
        var now = Timestamp.start
        var sent: [Int64] = []
        while sent.count < 300 {
            if pace.earliest(at: rate, now: now) <= now {
                pace.spend(at: rate, now: now)
                sent.append(now.milliseconds)
            } else if Bool.random(using: &random) {
                now = max(now, pace.earliest(at: rate, now: now))
            }
            if Int.random(in: 0..<20, using: &random) == 0 {
                now = now.advanced(byMilliseconds: .random(in: 0...5_000, using: &random))
            }
        }
        let interval = Double(rate.perMilliseconds) / Double(rate.count)
        for first in sent.indices {
            for last in first..<sent.count {
                let allowed = rate.burst + Double(sent[last] - sent[first]) / interval
                #expect(Double(last - first + 1) <= allowed + 0.001)
            }
        }
    }

    @Test("keeps up the whole rate when there is enough to send")
    func keepsUp() {
        let rate = DeliveryRate(count: 250, perMilliseconds: 1000)
        var pace = Pace()
        var now = Timestamp.start
        var sent = 0
        while now < Timestamp.start.advanced(byMilliseconds: 10_000) {
            while pace.earliest(at: rate, now: now) <= now {
                pace.spend(at: rate, now: now)
                sent += 1
            }
            now = pace.earliest(at: rate, now: now)
        }
        #expect((2_500...2_503).contains(sent))
    }

    @Test("stays what it is when the clock is set")
    func clock() {
        let rate = DeliveryRate(count: 1, perMilliseconds: 60_000)
        var pace = Pace()
        pace.spend(at: rate, now: .start)
        for delta: Int64 in [-3_600_000, 86_400_000] {
            var moved = pace
            moved.shift(byMilliseconds: delta)
            let now = Timestamp.start.advanced(byMilliseconds: delta)
            #expect(moved.earliest(at: rate, now: now) == now.advanced(byMilliseconds: 60_000))
        }
    }

    @Test("does not make a higher rate wait for what a lower one would have asked")
    func rateRaised() {
        var pace = Pace()
        pace.spend(at: DeliveryRate(count: 1, perMilliseconds: 3_600_000), now: .start)
        let raised = DeliveryRate(count: 100, perMilliseconds: 1000)
        let earliest = pace.earliest(at: raised, now: .start)
        #expect(earliest == Timestamp.start.advanced(byMilliseconds: 10))
        #expect(pace.earliest(at: raised, now: earliest) == earliest)
    }
}
