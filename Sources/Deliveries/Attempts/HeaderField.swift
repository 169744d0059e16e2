/// One HTTP header field as it stood on the wire.
package struct HeaderField: Hashable, Sendable {
    /// The name, in the case in which it was sent or received.
    package var name: String
    /// The value, without surrounding white space.
    package var value: String

    /// Makes a field from a name and a value.
    package init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }
}

extension [HeaderField] {
    /// The value of the first field of this name, whatever its case (RFC 9110 section 5.1).
    package func first(named name: String) -> String? {
        first { $0.name.utf8.count == name.utf8.count && $0.name.lowercased() == name.lowercased() }?.value
    }
}
