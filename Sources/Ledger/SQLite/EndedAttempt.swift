import Deliveries

/// The attempt that ended a delivery before that was written, and the status it has by it.
struct EndedAttempt {
    var attempt: Attempt
    var status: DeliveryStatus
}
