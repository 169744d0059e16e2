import Deliveries
import Synchronization
import Testing

@testable import Relay

@Suite("Clocks")
struct ClockDriftTests {
    @Test("a clock that is set is told from one that goes on, and is told once")
    func drift() {
        let times = Mutex((wall: Int64(1_000), monotonic: Int64(5)))
        let clock = RelayClock(
            now: { Timestamp(milliseconds: times.withLock { $0.wall }) },
            monotonicMilliseconds: { times.withLock { $0.monotonic } }
        )
        var drift = ClockDrift(clock)
        times.withLock { $0 = (601_000, 600_005) }
        #expect(drift.look(at: clock) == 0)
        times.withLock { $0 = (700_000_000, 600_105) }
        #expect(drift.look(at: clock) == 699_398_900)
        #expect(drift.look(at: clock) == 0)
        times.withLock { $0 = (602_000, 601_005) }
        #expect(drift.look(at: clock) == -699_398_900)
    }
}
