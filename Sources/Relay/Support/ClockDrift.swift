import Deliveries

/// Tells by how much the wall clock was set between two looks at it, from a clock that is never set. A pure value.
struct ClockDrift: Hashable {
    /// Wall clock less the other one.
    private var offset: Int64

    init(_ clock: RelayClock) {
        offset = Self.offset(clock)
    }

    /// Milliseconds by which the wall clock was set since the last look: above zero when it was set forward.
    mutating func look(at clock: RelayClock) -> Int64 {
        let now = Self.offset(clock)
        defer { offset = now }
        return now - offset
    }

    private static func offset(_ clock: RelayClock) -> Int64 {
        clock.now().milliseconds - clock.monotonicMilliseconds()
    }
}
