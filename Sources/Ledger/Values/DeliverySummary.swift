package import Deliveries

/// A delivery as a list shows it.
package struct DeliverySummary: Hashable, Sendable {
    /// The delivery.
    package var id: DeliveryID
    /// The event's id.
    package var eventID: String
    /// The event's type.
    package var type: String
    /// Whose event it is, if the publisher said so.
    package var tenant: String?
    /// The job that it is about.
    package var jobID: String?
    /// The product of the job.
    package var productID: String?
    /// The queue of the job.
    package var queue: String?
    /// The name of the destination.
    package var destination: String
    /// The name of the route; `nil` for a URL that came with the event.
    package var route: String?
    /// The URL at the time of intake.
    package var url: String
    /// How it stands.
    package var status: DeliveryStatus
    /// Attempts made so far.
    package var attempts: Int
    /// When the next attempt may be made; `nil` once the delivery has ended.
    package var nextAttemptAt: Timestamp?
    /// When the worker put the event on the stream.
    package var publishedAt: Timestamp
    /// When the relay read it.
    package var receivedAt: Timestamp
    /// When it ended; `nil` while it is pending.
    package var endedAt: Timestamp?
    /// What the latest attempt amounted to.
    package var lastOutcome: AttemptOutcome?
    /// The status code that the latest attempt was answered with.
    package var lastStatusCode: Int?
    /// What went wrong in the latest attempt, in one line.
    package var lastError: String?

    /// Makes a summary.
    package init(
        id: DeliveryID,
        eventID: String,
        type: String,
        tenant: String?,
        jobID: String?,
        productID: String?,
        queue: String?,
        destination: String,
        route: String?,
        url: String,
        status: DeliveryStatus,
        attempts: Int,
        nextAttemptAt: Timestamp?,
        publishedAt: Timestamp,
        receivedAt: Timestamp,
        endedAt: Timestamp?,
        lastOutcome: AttemptOutcome?,
        lastStatusCode: Int?,
        lastError: String?
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
