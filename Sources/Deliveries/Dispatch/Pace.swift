/// Keeps a rate by the generic cell rate algorithm: one number of state, no queue, no timer of its own.
struct Pace: Hashable, Sendable {
    /// When the next request would be due at the exact rate, in milliseconds since the epoch.
    private var theoreticalArrival = 0.0

    /// The earliest time at which a request may go out at `rate`. What was spent at a lower rate before counts no more than
    /// it would have at this one.
    mutating func earliest(at rate: DeliveryRate, now: Timestamp) -> Timestamp {
        let interval = Double(rate.perMilliseconds) / Double(rate.count)
        theoreticalArrival = min(theoreticalArrival, Double(now.milliseconds) + interval * rate.burst)
        let earliest = theoreticalArrival - interval * (rate.burst - 1)
        return Timestamp(milliseconds: Int64(earliest.rounded(.up)))
    }

    /// Notes a request that goes out at `now`.
    mutating func spend(at rate: DeliveryRate, now: Timestamp) {
        let interval = Double(rate.perMilliseconds) / Double(rate.count)
        theoreticalArrival = max(theoreticalArrival, Double(now.milliseconds)) + interval
    }

    /// Moves with the clock when it was set.
    mutating func shift(byMilliseconds delta: Int64) {
        theoreticalArrival += Double(delta)
    }
}
