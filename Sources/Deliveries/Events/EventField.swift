/// One field of a stream entry as it was read: nothing is known about its bytes yet.
package struct EventField: Hashable, Sendable {
    package var name: [UInt8]
    package var value: [UInt8]

    /// Makes a field from raw bytes.
    package init(name: [UInt8], value: [UInt8]) {
        self.name = name
        self.value = value
    }

    /// Makes a field from text.
    package init(_ name: String, _ value: String) {
        self.name = Array(name.utf8)
        self.value = Array(value.utf8)
    }
}
