/// One command: its name and arguments, each any bytes.
///
/// All arguments lie one after another in one array, so that a command of five hundred ids is two allocations, and the
/// formatter can point into it.
package struct RedisCommand: Hashable, Sendable {
    /// The bytes of the name and of all arguments.
    private(set) var storage: [UInt8] = []
    /// Where each of them ends in ``storage``.
    private(set) var ends: [Int] = []

    /// A command of text arguments, the name first.
    package init(_ name: String, _ arguments: String...) {
        append(name)
        for argument in arguments { append(argument) }
    }

    /// A command of byte arguments, the name first; an empty list is a command that the server refuses.
    package init(arguments: [[UInt8]]) {
        for argument in arguments { append(argument) }
    }

    /// Sets aside room for arguments that will be appended.
    package mutating func reserve(arguments: Int, bytes: Int) {
        ends.reserveCapacity(ends.count + arguments)
        storage.reserveCapacity(storage.count + bytes)
    }

    /// Adds a text argument, as UTF-8.
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

    /// The name and the arguments, as a copy.
    package var arguments: [[UInt8]] {
        var start = 0
        return ends.map { end in
            defer { start = end }
            return Array(storage[start..<end])
        }
    }

    /// The name, upper case where it is ASCII letters.
    package var name: String {
        String(decoding: storage.prefix(ends.first ?? 0), as: UTF8.self).uppercased()
    }
}

extension RedisCommand: CustomStringConvertible, CustomReflectable {
    /// The name and the number of arguments. Never an argument: they hold credentials and customers' data.
    package var description: String { "\(name) (\(max(ends.count - 1, 0)) arguments)" }

    package var customMirror: Mirror { Mirror(self, children: ["command": description]) }
}
