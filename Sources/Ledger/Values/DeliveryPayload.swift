package import Deliveries

/// What is sent for a delivery.
package struct DeliveryPayload: Hashable, Sendable {
    /// The delivery.
    package var id: DeliveryID
    /// The event's id.
    package var eventID: String
    /// The event's type.
    package var type: String
    /// The bytes that are sent.
    package var body: [UInt8]
    /// W3C trace context, sent on.
    package var traceparent: String?
    /// The name of the destination.
    package var destination: String
    /// The URL at the time of intake.
    package var url: String
    /// When the worker put the event on the stream.
    package var publishedAt: Timestamp

    /// Makes a payload.
    package init(
        id: DeliveryID,
        eventID: String,
        type: String,
        body: [UInt8],
        traceparent: String?,
        destination: String,
        url: String,
        publishedAt: Timestamp
    ) {
        self.id = id
        self.eventID = eventID
        self.type = type
        self.body = body
        self.traceparent = traceparent
        self.destination = destination
        self.url = url
        self.publishedAt = publishedAt
    }
}
