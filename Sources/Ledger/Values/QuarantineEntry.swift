package import Deliveries

/// An entry that could not be used.
package struct QuarantineEntry: Hashable, Sendable {
    /// The row, by which it is redriven or discarded.
    package var id: Int64
    /// The entry with its raw fields.
    package var source: StreamSource
    /// The kind of refusal, such as `data`, `destination`, `conflict`.
    package var field: String
    /// One line that says why, for a person.
    package var reason: String
    /// When the relay read it.
    package var receivedAt: Timestamp

    /// Makes an entry.
    package init(id: Int64, source: StreamSource, field: String, reason: String, receivedAt: Timestamp) {
        self.id = id
        self.source = source
        self.field = field
        self.reason = reason
        self.receivedAt = receivedAt
    }
}
