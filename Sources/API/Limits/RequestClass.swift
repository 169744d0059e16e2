/// What requests are counted as for the rate limits (contract section 5).
package enum RequestClass: String, Sendable, CaseIterable, Hashable {
    /// Submitting jobs.
    case submit
    /// Asking about jobs, and whatever else a key that submits jobs may do.
    case status
    /// Publishing events over HTTP.
    case events
    /// Health, the documents, and whatever comes without a key that is known.
    case health
}
