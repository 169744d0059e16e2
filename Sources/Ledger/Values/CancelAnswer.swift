package import Deliveries

/// What became of a wish to cancel.
package enum CancelAnswer: Hashable, Sendable {
    case cancelled(destination: String)
    /// It had ended, in this status.
    case alreadyEnded(DeliveryStatus)
    case notFound
}
