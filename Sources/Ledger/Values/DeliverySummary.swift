package import Deliveries

/// A delivery as a list shows it.
package struct DeliverySummary: Hashable, Sendable {
    package var id: DeliveryID
    package var eventID: String
    package var type: String
    package var tenant: String?
    package var jobID: String?
    package var productID: String?
    package var queue: String?
    package var destination: String
    package var route: String?
    package var url: String
    package var status: DeliveryStatus
    package var attempts: Int
    /// When the next attempt may be made; `nil` once the delivery has ended.
    package var nextAttemptAt: Timestamp?
    package var publishedAt: Timestamp
    package var receivedAt: Timestamp
    package var endedAt: Timestamp?
    package var lastOutcome: AttemptOutcome?
    package var lastStatusCode: Int?
    package var lastError: String?

    package init(
        id: DeliveryID, eventID: String, type: String, tenant: String?, jobID: String?, productID: String?,
        queue: String?, destination: String, route: String?, url: String, status: DeliveryStatus, attempts: Int,
        nextAttemptAt: Timestamp?, publishedAt: Timestamp, receivedAt: Timestamp, endedAt: Timestamp?,
        lastOutcome: AttemptOutcome?, lastStatusCode: Int?, lastError: String?
    ) {
        self.id = id
        self.eventID = eventID
        self.type = type
        self.tenant = tenant
        self.jobID = jobID
        self.productID = productID
        self.queue = queue
        self.destination = destination
        self.route = route
        self.url = url
        self.status = status
        self.attempts = attempts
        self.nextAttemptAt = nextAttemptAt
        self.publishedAt = publishedAt
        self.receivedAt = receivedAt
        self.endedAt = endedAt
        self.lastOutcome = lastOutcome
        self.lastStatusCode = lastStatusCode
        self.lastError = lastError
    }
}
