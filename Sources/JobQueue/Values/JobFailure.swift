/// Why a run ended without a result.
package struct JobFailure: Error, Hashable, Sendable {
    /// One line for a person, without secrets, at most 1,024 bytes.
    package var message: String
    /// Whether another try can succeed. Bad input cannot; a full disk can.
    package var isRetriable: Bool

    package init(_ message: String, isRetriable: Bool) {
        self.message = message
        self.isRetriable = isRetriable
    }
}
