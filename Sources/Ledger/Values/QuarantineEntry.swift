package import Deliveries

/// An entry that could not be used.
package struct QuarantineEntry: Hashable, Sendable {
    package var id: Int64
    package var source: StreamSource
    /// The kind of refusal, such as `data`, `destination`, `conflict`.
    package var field: String
    package var reason: String
    package var receivedAt: Timestamp

    package init(id: Int64, source: StreamSource, field: String, reason: String, receivedAt: Timestamp) {
        self.id = id
        self.source = source
        self.field = field
        self.reason = reason
        self.receivedAt = receivedAt
    }
}
