/// A pending delivery as the dispatcher holds it: small, without its body.
package struct DueDelivery: Hashable, Sendable {
    /// The delivery.
    package var id: DeliveryID
    /// When its next attempt may be made.
    package var dueAt: Timestamp
    /// How far it has come.
    package var progress: DeliveryProgress

    /// Makes an entry for the dispatcher.
    package init(id: DeliveryID, dueAt: Timestamp, progress: DeliveryProgress) {
        self.id = id
        self.dueAt = dueAt
        self.progress = progress
    }
}
