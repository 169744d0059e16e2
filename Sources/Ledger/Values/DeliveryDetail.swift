package import Deliveries

/// A delivery with all that is known of it.
package struct DeliveryDetail: Hashable, Sendable {
    package var summary: DeliverySummary
    package var body: [UInt8]
    package var traceparent: String?
    /// In order of their number; the latest 1,000.
    package var attempts: [Attempt]

    package init(summary: DeliverySummary, body: [UInt8], traceparent: String?, attempts: [Attempt]) {
        self.summary = summary
        self.body = body
        self.traceparent = traceparent
        self.attempts = attempts
    }
}
