package import Deliveries

/// The pending work of one destination, as it is found at start.
package struct DestinationBacklog: Hashable, Sendable {
    /// The name of the destination.
    package var destination: String
    /// The URL of one of its pending deliveries: all there is to know of a destination that no route names.
    package var url: String
    /// How many deliveries are pending.
    package var pending: Int
    /// When the earliest of them is due.
    package var earliestDueAt: Timestamp

    /// Makes a backlog.
    package init(destination: String, url: String, pending: Int, earliestDueAt: Timestamp) {
        self.destination = destination
        self.url = url
        self.pending = pending
        self.earliestDueAt = earliestDueAt
    }
}
