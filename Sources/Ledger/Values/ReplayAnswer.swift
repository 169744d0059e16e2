package import Deliveries

/// What became of a wish to replay.
package enum ReplayAnswer: Hashable, Sendable {
    /// Pending and due: the entry and destination for the dispatcher.
    case replayed(DueDelivery, destination: String, url: String)
    /// It was delivered, and `force` was not given.
    case alreadyDelivered
    case notFound
}
