package import Deliveries

/// The pending work of one destination, as it is found at start.
package struct DestinationBacklog: Hashable, Sendable {
    /// The name of the destination.
    package var destination: String
    /// How many deliveries are pending.
    package var pending: Int
    /// When the earliest of them is due.
    package var earliestDueAt: Timestamp

    /// Makes a backlog.
    package init(destination: String, pending: Int, earliestDueAt: Timestamp) {
        self.destination = destination
        self.pending = pending
        self.earliestDueAt = earliestDueAt
    }
}
