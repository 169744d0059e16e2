package import Deliveries

/// Deliveries that may be attempted now, and when to look again.
package struct DuePage: Hashable, Sendable {
    /// In the order in which they are to be attempted.
    package var deliveries: [DueDelivery]
    /// The earliest due time of the destination's pending deliveries that are not on this page; `nil`: there are none.
    package var nextDueAt: Timestamp?

    /// Makes a page.
    package init(deliveries: [DueDelivery], nextDueAt: Timestamp?) {
        self.deliveries = deliveries
        self.nextDueAt = nextDueAt
    }
}
