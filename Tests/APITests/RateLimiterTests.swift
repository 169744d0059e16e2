import Deliveries
import Testing

@testable import API

@Suite("Counting requests")
struct RateLimiterTests {
    private static let perMinute = DeliveryRate(count: 10, perMilliseconds: 60_000)
    private static let start = Sample.now

    private static func after(_ seconds: Double) -> Timestamp { start.advanced(byMilliseconds: Int64(seconds * 1000)) }

    @Test("so many pass in the first window, each leaving one less, and the next one is told when to come back")
    func firstWindow() {
        var window = SlidingWindow(start: Self.start)
        for number in 0..<10 {
            let decision = window.spend(at: Self.perMinute, now: Self.after(Double(number)))
            #expect(decision.wait == nil)
            #expect(decision.remaining == 9 - number)
            // After the last one: the window ends in a minute, and a tenth of the next must pass before it counts less.
            #expect(decision.resetsAt == Self.after(number < 9 ? 60 : 66))
        }
        let refused = window.spend(at: Self.perMinute, now: Self.after(20))
        #expect(refused.remaining == 0)
        // The window ends in 40 s, and a tenth of the next must pass before one of the ten counts no longer.
        #expect(refused.wait == 46_000)
        #expect(refused.resetsAt == Self.after(66))
        #expect(refused.retryAfter == 46)
    }

    @Test("whoever waits as long as told gets through, and not a millisecond before", arguments: 0..<200)
    func waiting(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let rate = DeliveryRate(
            count: Int.random(in: 1...20, using: &random),
            perMilliseconds: [1000, 60_000, 3_600_000].randomElement(using: &random) ?? 1000
        )
        var window = SlidingWindow(start: Self.start)
        var now = Self.start
        for _ in 0..<500 {
            let decision = window.spend(at: rate, now: now)
            guard let wait = decision.wait else {
                now = now.advanced(byMilliseconds: Int64.random(in: 0...rate.perMilliseconds / 8, using: &random))
                continue
            }
            #expect(wait > 0)
            if wait > 1 {
                var early = window
                #expect(early.spend(at: rate, now: now.advanced(byMilliseconds: wait - 1)).wait != nil)
            }
            now = now.advanced(byMilliseconds: wait)
            #expect(window.spend(at: rate, now: now).wait == nil)
        }
    }

    @Test("of a flood no more than the limit pass in any window's length, and about so many in each")
    func bound() {
        var window = SlidingWindow(start: Self.start)
        let passed = (0..<6000).filter {
            window.spend(at: Self.perMinute, now: Self.after(Double($0) / 10)).wait == nil
        }
        // Ten minutes of ten requests a second. What is left of the window before is rounded up, so one in ten is lost.
        #expect((90...100).contains(passed.count))
        for first in passed {
            #expect(passed.count { $0 >= first && $0 < first + 600 } <= 10)
        }
    }

    @Test("a clock that is set back or far ahead begins anew")
    func clock() {
        for jump in [-3600.0, -1, 120, 1e9] {
            var window = SlidingWindow(start: Self.start)
            for _ in 0..<10 { _ = window.spend(at: Self.perMinute, now: Self.start) }
            #expect(window.spend(at: Self.perMinute, now: Self.after(jump)).remaining == 9)
        }
    }

    @Test("callers and classes are counted apart, and a class without a limit not at all")
    func callers() {
        var limiter = RateLimiter(limits: RateLimits([.submit: DeliveryRate(count: 1, perMilliseconds: 60_000)]))
        for caller in [RateLimiter.Caller.key("a"), .key("b"), .address("a"), .address("b")] {
            #expect(limiter.spend(.submit, by: caller, now: Self.start)?.wait == nil)
            #expect(limiter.spend(.submit, by: caller, now: Self.start)?.wait != nil)
            #expect(limiter.spend(.status, by: caller, now: Self.start) == nil)
        }
    }

    @Test("addresses that are held are bounded, and one that comes again and again stays among them")
    func memory() {
        var limiter = RateLimiter(limits: RateLimits([.health: Self.perMinute]))
        for number in 0..<50_000 {
            _ = limiter.spend(.health, by: .address("flood \(number)"), now: Self.start)
            if number.isMultiple(of: 1000) {
                let decision = limiter.spend(.health, by: .address("steady"), now: Self.start)
                #expect((decision?.wait != nil) == (number >= 10_000))
            }
        }
        #expect(limiter.addressCount <= 2 * RateLimiter.generationLimit)
    }
}
