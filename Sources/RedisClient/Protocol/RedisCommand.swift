/// One command: its name and arguments, each any bytes.
package struct RedisCommand: Hashable, Sendable {
    /// The name and the arguments.
    private(set) var parts = RedisArguments()

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
    package mutating func reserve(arguments: Int, bytes: Int) { parts.reserve(arguments: arguments, bytes: bytes) }

    /// Adds a text argument, as UTF-8.
    package mutating func append(_ text: String) { parts.append(text) }

    /// Adds an argument of any bytes.
    package mutating func append(_ bytes: some Sequence<UInt8>) { parts.append(bytes) }

    /// Adds a number, in decimal.
    package mutating func append(_ number: some BinaryInteger) { parts.append(number) }

    /// Adds several arguments.
    package mutating func append(contentsOf arguments: RedisArguments) { parts.append(contentsOf: arguments) }

    /// The name and the arguments, as a copy.
    package var arguments: [[UInt8]] { parts.values }

    /// The name, upper case where it is ASCII letters.
    package var name: String {
        String(decoding: parts.storage.prefix(parts.ends.first ?? 0), as: UTF8.self).uppercased()
    }
}

extension RedisCommand: CustomStringConvertible, CustomReflectable {
    /// The name and the number of arguments. Never an argument: they hold credentials and customers' data.
    package var description: String { "\(name) (\(max(parts.count - 1, 0)) arguments)" }

    package var customMirror: Mirror { Mirror(self, children: ["command": description]) }
}
