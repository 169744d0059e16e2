/// How many requests a destination may get in a span of time: `100/s`, `30/m`, `500/h`.
package struct DeliveryRate: Hashable, Sendable {
    /// How many; at least 1.
    package var count: Int
    /// In how many milliseconds; at least 1.
    package var perMilliseconds: Int64

    /// Makes a rate; values below one are raised to one.
    package init(count: Int, perMilliseconds: Int64) {
        self.count = max(1, count)
        self.perMilliseconds = max(1, perMilliseconds)
    }

    /// Reads `100/s`, `30/m` or `500/h`; `nil` for anything else.
    package init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let count = Int(parts[0]), (1...1_000_000).contains(count) else { return nil }
        switch parts[1] {
        case "s": self.init(count: count, perMilliseconds: 1000)
        case "m": self.init(count: count, perMilliseconds: 60_000)
        case "h": self.init(count: count, perMilliseconds: 3_600_000)
        default: return nil
        }
    }

    /// The requests that may go out at once after a pause: a hundredth of a second's worth, and at least one, so that a high
    /// rate does not need a timer for each request.
    package var burst: Double {
        max(1, Double(count) / Double(perMilliseconds) * 10)
    }
}
