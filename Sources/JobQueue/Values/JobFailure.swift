/// Why a run ended without a result.
package struct JobFailure: Error, Hashable, Sendable {
    /// One line for a person, without secrets, at most 1,024 bytes.
    package var message: String
    /// Whether another try can succeed. Bad input cannot; a full disk can.
    package var isRetriable: Bool
    /// Whether this worker can run no job for now. The job goes back to its queue and has spent no try.
    package var isWorkersOwn = false

    package init(_ message: String, isRetriable: Bool) {
        self.message = message
        self.isRetriable = isRetriable
    }
}
