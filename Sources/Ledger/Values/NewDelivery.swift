package import Deliveries

/// An event on its way to one destination, as intake hands it to the ledger: the row of `events` and of `deliveries`.
package struct NewDelivery: Hashable, Sendable {
    /// The delivery's id.
    package var id: DeliveryID
    /// The event's id: the idempotency key, unique in the ledger.
    package var eventID: String
    /// Sixteen bytes or more that two events of the same content share: tells a repeat from a conflict.
    package var fingerprint: [UInt8]
    /// The event's type, such as `job.completed`.
    package var type: String
    /// Whose event it is, if the publisher said so.
    package var tenant: String?
    /// The job that it is about.
    package var jobID: String?
    /// The product of the job.
    package var productID: String?
    /// The queue of the job.
    package var queue: String?
    /// The bytes that are sent, the same on every attempt and replay.
    package var body: [UInt8]
    /// W3C trace context, sent on.
    package var traceparent: String?
    /// When the worker put the event on the stream.
    package var publishedAt: Timestamp
    /// When the relay read it.
    package var receivedAt: Timestamp
    /// The name of the destination.
    package var destination: String
    /// The name of the route it belongs to; `nil` for a URL that came with the event.
    package var route: String?
    /// The URL at the time of intake, byte for byte.
    package var url: String
    /// The entry as it was read, for the quarantine should this turn out to be a conflict.
    package var source: StreamSource

    /// Makes a delivery; what is left out, the event does not have.
    package init(
        id: DeliveryID,
        eventID: String,
        fingerprint: [UInt8],
        type: String,
        tenant: String? = nil,
        jobID: String? = nil,
        productID: String? = nil,
        queue: String? = nil,
        body: [UInt8],
        traceparent: String? = nil,
        publishedAt: Timestamp,
        receivedAt: Timestamp,
        destination: String,
        route: String? = nil,
        url: String,
        source: StreamSource
    ) {
        self.id = id
        self.eventID = eventID
        self.fingerprint = fingerprint
        self.type = type
        self.tenant = tenant
        self.jobID = jobID
        self.productID = productID
        self.queue = queue
        self.body = body
        self.traceparent = traceparent
        self.publishedAt = publishedAt
        self.receivedAt = receivedAt
        self.destination = destination
        self.route = route
        self.url = url
        self.source = source
    }
}
