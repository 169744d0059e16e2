package import Deliveries

/// The stream entry that something was read from, with its raw fields.
package struct StreamSource: Hashable, Sendable {
    /// The entry's id, such as `1700000000000-0`.
    package var entryID: String
    /// Field names and values in the order in which they were published, byte for byte.
    package var fields: [EventField]

    /// Makes a source.
    package init(entryID: String, fields: [EventField]) {
        self.entryID = entryID
        self.fields = fields
    }
}
