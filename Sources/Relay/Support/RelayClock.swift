package import Deliveries
import Glibc

/// Where the services read the time; a test hands in its own.
package struct RelayClock: Sendable {
    /// The wall clock: due times and `webhook-timestamp`.
    package var now: @Sendable () -> Timestamp
    /// Milliseconds of a clock that is never set, from an arbitrary start: tells when the wall clock was set.
    package var monotonicMilliseconds: @Sendable () -> Int64

    /// Makes a clock from two readings.
    package init(
        now: @escaping @Sendable () -> Timestamp,
        monotonicMilliseconds: @escaping @Sendable () -> Int64
    ) {
        self.now = now
        self.monotonicMilliseconds = monotonicMilliseconds
    }

    /// The machine's clocks.
    package static let system = RelayClock(
        now: { Timestamp(milliseconds: read(CLOCK_REALTIME)) },
        monotonicMilliseconds: { read(CLOCK_MONOTONIC) }
    )

    private static func read(_ clock: clockid_t) -> Int64 {
        var time = timespec()
        clock_gettime(clock, &time)
        return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
    }
}
