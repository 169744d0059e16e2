/// Arguments of a command, each any bytes.
///
/// They lie one after another in one array, so that five hundred ids are two allocations, and the formatter can point into it.
package struct RedisArguments: Hashable, Sendable {
    /// The bytes of them all.
    private(set) var storage: [UInt8] = []
    /// Where each of them ends in ``storage``.
    private(set) var ends: [Int] = []

    /// Text arguments, or none yet.
    package init(_ texts: String...) {
        for text in texts { append(text) }
    }

    /// How many bytes they have together.
    package var byteCount: Int { storage.count }

    /// How many there are.
    package var count: Int { ends.count }

    /// Sets aside room for arguments that will be appended.
    package mutating func reserve(arguments: Int, bytes: Int) {
        ends.reserveCapacity(ends.count + arguments)
        storage.reserveCapacity(storage.count + bytes)
    }

    /// Adds a text, as UTF-8.
    package mutating func append(_ text: String) {
        storage.append(contentsOf: text.utf8)
        ends.append(storage.count)
    }

    /// Adds an argument of any bytes.
    package mutating func append(_ bytes: some Sequence<UInt8>) {
        storage.append(contentsOf: bytes)
        ends.append(storage.count)
    }

    /// Adds a number, in decimal.
    package mutating func append(_ number: some BinaryInteger) {
        append(String(number))
    }

    /// Adds all of another's.
    package mutating func append(contentsOf others: RedisArguments) {
        let start = storage.count
        storage.append(contentsOf: others.storage)
        ends.append(contentsOf: others.ends.lazy.map { start + $0 })
    }

    /// Each of them, as a copy.
    package var values: [[UInt8]] {
        var start = 0
        return ends.map { end in
            defer { start = end }
            return Array(storage[start..<end])
        }
    }
}
