package import Deliveries

/// A delivery with all that is known of it.
package struct DeliveryDetail: Hashable, Sendable {
    /// What a list shows of it.
    package var summary: DeliverySummary
    /// The bytes that are sent.
    package var body: [UInt8]
    /// W3C trace context, sent on.
    package var traceparent: String?
    /// In order of their number; the latest 1,000.
    package var attempts: [Attempt]

    /// Makes a delivery from what is known of it.
    package init(summary: DeliverySummary, body: [UInt8], traceparent: String?, attempts: [Attempt]) {
        self.summary = summary
        self.body = body
        self.traceparent = traceparent
        self.attempts = attempts
    }
}
