package import Deliveries

/// What is sent for a delivery.
package struct DeliveryPayload: Hashable, Sendable {
    package var id: DeliveryID
    package var eventID: String
    package var type: String
    package var body: [UInt8]
    package var traceparent: String?
    package var destination: String
    /// The URL at the time of intake.
    package var url: String
    /// When the worker put the event on the stream.
    package var publishedAt: Timestamp

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
