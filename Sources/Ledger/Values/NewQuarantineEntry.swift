package import Deliveries

/// An entry that cannot be used, and why.
package struct NewQuarantineEntry: Hashable, Sendable {
    /// The entry with its raw fields.
    package var source: StreamSource
    /// A short word for the kind of refusal, such as `type`, `data`, `destination`, `callback_url`, `conflict`.
    package var field: String
    /// One line that says why, for a person.
    package var reason: String
    /// When the relay read it.
    package var receivedAt: Timestamp

    /// Makes an entry.
    package init(source: StreamSource, field: String, reason: String, receivedAt: Timestamp) {
        self.source = source
        self.field = field
        self.reason = reason
        self.receivedAt = receivedAt
    }
}
