package import Deliveries

/// An entry that could not be used.
package struct QuarantineEntry: Hashable, Sendable {
    /// The row, by which it is redriven or discarded.
    package var id: Int64
    /// The entry with its raw fields; in a list, their beginnings.
    package var source: StreamSource
    /// Bytes of all fields, names and values.
    package var size: Int
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
        size = source.fields.reduce(0) { $0 + $1.name.count + $1.value.count }
        self.field = field
        self.reason = reason
        self.receivedAt = receivedAt
    }

    /// The same with no more than the beginnings of its first fields: an entry may be as large as Redis takes, and a list has many.
    func shortened() -> QuarantineEntry {
        var short = self
        short.source.fields = source.fields.prefix(64).map {
            EventField(name: Array($0.name.prefix(256)), value: Array($0.value.prefix(256)))
        }
        return short
    }
}
