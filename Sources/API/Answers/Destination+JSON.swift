import Deliveries
import Ledger

extension DestinationState {
    /// The members that say how a destination stands. Its URL is shown without the query, which may hold a token.
    var members: [(name: String, value: JSON)] {
        [
            ("name", .string(name)),
            ("url", JSON(url?.withoutQuery)),
            ("route", JSON(route)),
            ("health", JSON(health)),
            ("since", JSON(since)),
            ("reason", JSON(reason)),
            ("configured", JSON(isConfigured)),
            ("in_flight", JSON(inFlight)),
            ("held", JSON(held)),
            ("concurrency", JSON(concurrency)),
            ("allowance", JSON(allowance)),
            ("rate", JSON(rate?.text)),
            ("next_probe_at", JSON(nextProbeAt)),
        ]
    }
}

extension DestinationStatistics {
    /// The counts of a destination.
    ///
    /// - Parameter since: from when attempts were counted.
    func json(since: Timestamp) -> JSON {
        [
            "pending": JSON(pending),
            "delivered": JSON(delivered),
            "dead": JSON(dead),
            "cancelled": JSON(cancelled),
            "earliest_due_at": JSON(earliestDueAt),
            "since": JSON(since),
            "recent_attempts": JSON(recentAttempts),
            "recent_delivered": JSON(recentDelivered),
            "success_rate": recentAttempts > 0 ? .number(Double(recentDelivered) / Double(recentAttempts)) : .null,
            "mean_ms": JSON(milliseconds: meanMilliseconds),
            "p95_ms": JSON(milliseconds: p95Milliseconds),
        ]
    }
}

extension DeliveryRate {
    /// The rate as configuration writes it: `100/s`.
    fileprivate var text: String {
        switch perMilliseconds {
        case 1000: "\(count)/s"
        case 60_000: "\(count)/m"
        case 3_600_000: "\(count)/h"
        default: "\(count)/\(perMilliseconds)ms"
        }
    }
}
