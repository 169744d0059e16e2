/// Why a document could not be kept.
package struct StorageError: Error, Hashable, Sendable, CustomStringConvertible {
    /// One line for a person.
    package var reason: String

    package init(_ reason: String) {
        self.reason = reason
    }

    package var description: String { reason }
}
