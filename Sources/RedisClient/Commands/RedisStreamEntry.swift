/// One entry of a stream.
package struct RedisStreamEntry: Hashable, Sendable {
    /// A name and a value; names may repeat within an entry.
    package struct Field: Hashable, Sendable {
        package var name: [UInt8]
        package var value: [UInt8]

        package init(name: [UInt8], value: [UInt8]) {
            self.name = name
            self.value = value
        }

        package init(_ name: String, _ value: String) {
            self.init(name: Array(name.utf8), value: Array(value.utf8))
        }
    }

    /// `milliseconds-sequence`, as the server wrote it.
    package let id: String
    /// In the order in which they were added; empty for a deleted entry.
    package let fields: [Field]
    /// The entry is pending, but was deleted from the stream (or trimmed): all there is to do is to acknowledge it.
    package let isDeleted: Bool

    package init(id: String, fields: [Field], isDeleted: Bool = false) {
        self.id = id
        self.fields = fields
        self.isDeleted = isDeleted
    }

    /// Bytes of names and values.
    package var byteCount: Int {
        fields.reduce(0) { $0 + $1.name.count + $1.value.count }
    }

    /// The value of the first field with this name.
    package func value(of name: String) -> [UInt8]? {
        fields.first { $0.name.elementsEqual(name.utf8) }?.value
    }
}

/// What `XAUTOCLAIM` took over.
package struct RedisStreamClaim: Hashable, Sendable {
    /// Where to go on; `0-0` when everything pending was seen.
    package let next: String
    /// The entries that are now the caller's.
    package let entries: [RedisStreamEntry]
    /// Pending ids whose entries no longer exist. The server (7.0 and later) took them off the pending list.
    package let deletedIDs: [String]
}

/// How much of a group is read but not acknowledged.
package struct RedisStreamPending: Hashable, Sendable {
    /// Entries of one consumer.
    package struct Consumer: Hashable, Sendable {
        package let name: String
        package let count: Int
    }

    package let count: Int
    /// The oldest and the newest pending id; `nil` when nothing is pending.
    package let firstID: String?
    package let lastID: String?
    package let consumers: [Consumer]
}

/// One consumer of a group, from `XINFO CONSUMERS`.
package struct RedisStreamConsumer: Hashable, Sendable {
    package let name: String
    /// Entries read and not acknowledged.
    package let pending: Int
    /// Since the consumer was last heard of.
    package let idle: Duration
}
