package import Deliveries

/// Counts of one destination.
package struct DestinationStatistics: Hashable, Sendable {
    package var destination: String
    package var url: String
    package var pending: Int
    package var delivered: Int
    package var dead: Int
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

    package init(
        destination: String, url: String, pending: Int, delivered: Int, dead: Int, cancelled: Int,
        earliestDueAt: Timestamp?, recentAttempts: Int, recentDelivered: Int, meanMilliseconds: Double?,
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
