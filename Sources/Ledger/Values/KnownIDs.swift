/// Which ids of a delivery are taken in the ledger.
package struct KnownIDs: Hashable, Sendable {
    /// There is an event of its event's id.
    package var event: Bool
    /// There is a delivery of its id.
    package var delivery: Bool

    /// Makes the answer for one delivery.
    package init(event: Bool, delivery: Bool) {
        self.event = event
        self.delivery = delivery
    }
}
