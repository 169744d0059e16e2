/// The state of a delivery (contract section 4).
package enum DeliveryStatus: String, Sendable, CaseIterable {
    /// Waiting for its next attempt, or in one.
    case pending
    /// A receiver took it.
    case delivered
    /// Given up: refused for good, or the schedule ran out. It can be replayed.
    case dead
    /// Called off by someone. It can be replayed.
    case cancelled
}
