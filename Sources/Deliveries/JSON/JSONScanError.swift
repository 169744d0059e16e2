/// Where and why bytes are not the JSON that was asked for.
package struct JSONScanError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What is wrong, for a person.
    package var reason: String
    /// The offset in bytes.
    package var offset: Int

    package var description: String { "\(reason) at byte \(offset)" }
}
