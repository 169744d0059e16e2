package import Deliveries

/// Counts of one destination.
package struct DestinationStatistics: Hashable, Sendable {
    /// The name of the destination.
    package var destination: String
    /// The URL of its latest delivery.
    package var url: String
    /// Deliveries that are pending.
    package var pending: Int
    /// Deliveries that were delivered.
    package var delivered: Int
    /// Deliveries that were given up.
    package var dead: Int
    /// Deliveries that were called off.
    package var cancelled: Int
    /// When the earliest pending delivery is due.
    package var earliestDueAt: Timestamp?
    /// Attempts since the asked time.
    package var recentAttempts: Int
    /// How many of them delivered.
    package var recentDelivered: Int
    /// Mean of their total time in milliseconds; `nil` without attempts.
    package var meanMilliseconds: Double?
    /// 95th percentile of their total time in milliseconds; `nil` without attempts.
    package var p95Milliseconds: Double?

    /// Makes the counts of one destination.
    package init(
        destination: String,
        url: String,
        pending: Int,
        delivered: Int,
        dead: Int,
        cancelled: Int,
        earliestDueAt: Timestamp?,
        recentAttempts: Int,
        recentDelivered: Int,
        meanMilliseconds: Double?,
        p95Milliseconds: Double?
    ) {
        self.destination = destination
        self.url = url
        self.pending = pending
        self.delivered = delivered
        self.dead = dead
        self.cancelled = cancelled
        self.earliestDueAt = earliestDueAt
        self.recentAttempts = recentAttempts
        self.recentDelivered = recentDelivered
        self.meanMilliseconds = meanMilliseconds
        self.p95Milliseconds = p95Milliseconds
    }
}
