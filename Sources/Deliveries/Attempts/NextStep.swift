/// What becomes of a delivery after an attempt.
package enum NextStep: Hashable, Sendable {
    /// Over, in this status: ``DeliveryStatus/delivered`` or ``DeliveryStatus/dead``.
    case end(DeliveryStatus)
    /// Tried again at a time, with this progress.
    case retry(at: Timestamp, progress: DeliveryProgress)
}
