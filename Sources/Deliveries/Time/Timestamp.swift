/// A point in wall-clock time, in milliseconds since the Unix epoch.
///
/// The core has no clock of its own: every timestamp is handed in by the caller.
package struct Timestamp: Hashable, Comparable, Sendable {
    /// Milliseconds since 1970-01-01T00:00:00Z; negative before it.
    package var milliseconds: Int64

    /// Makes a timestamp from milliseconds since the Unix epoch.
    package init(milliseconds: Int64) {
        self.milliseconds = milliseconds
    }

    /// Makes a timestamp from whole seconds since the Unix epoch.
    package init(seconds: Int64) {
        self.milliseconds = seconds.multipliedSaturating(by: 1000)
    }

    /// Whole seconds since the Unix epoch, rounded down: what `webhook-timestamp` carries.
    package var seconds: Int64 {
        milliseconds.quotientAndRemainderFlooring(1000).quotient
    }

    /// The far future: later than every delivery can be due.
    package static let distantFuture = Timestamp(milliseconds: .max)

    package static func < (left: Timestamp, right: Timestamp) -> Bool {
        left.milliseconds < right.milliseconds
    }

    /// The time that lies `milliseconds` after this one; saturates instead of overflowing.
    package func advanced(byMilliseconds delta: Int64) -> Timestamp {
        Timestamp(milliseconds: milliseconds.addingSaturating(delta))
    }

    /// Milliseconds from `earlier` to this time; negative when `earlier` is later.
    package func milliseconds(since earlier: Timestamp) -> Int64 {
        let (difference, overflow) = milliseconds.subtractingReportingOverflow(earlier.milliseconds)
        if overflow { return milliseconds < 0 ? .min : .max }
        return difference
    }
}

extension Int64 {
    /// The sum, held at the ends of the range instead of trapping: times come from outside and may be absurd.
    package func addingSaturating(_ other: Int64) -> Int64 {
        let (sum, overflow) = addingReportingOverflow(other)
        if overflow { return other > 0 ? .max : .min }
        return sum
    }

    /// The product, held at the ends of the range instead of trapping.
    package func multipliedSaturating(by other: Int64) -> Int64 {
        let (product, overflow) = multipliedReportingOverflow(by: other)
        if overflow { return (self < 0) == (other < 0) ? .max : .min }
        return product
    }
}

extension Duration {
    /// This duration in whole milliseconds, rounded towards zero and saturated.
    package var wholeMilliseconds: Int64 {
        let (seconds, attoseconds) = components
        return seconds.multipliedSaturating(by: 1000).addingSaturating(attoseconds / 1_000_000_000_000_000)
    }
}
