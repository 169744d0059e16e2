/// Submissions that were accepted while Redis was away, until they are in their queue.
///
/// The rules of ``DeliveryLedger`` hold: a write is on disk when the call returns, and a call that throws has changed nothing.
package protocol SubmissionSpool: Sendable {
    /// Keeps a submission, unless the spool holds `bound` already or knows it by its id or its idempotency key.
    func spool(_ submission: SpooledSubmission, bound: Int) async throws(LedgerError) -> SpoolAnswer

    /// What waits, in the order in which it came, at most `limit`.
    func spooledSubmissions(limit: Int) async throws(LedgerError) -> [SpooledSubmission]

    /// The submissions of these ids, in their order; `nil` for one that does not wait.
    func spooledSubmissions(_ ids: [String]) async throws(LedgerError) -> [SpooledSubmission?]

    /// How many wait.
    func spooledCount() async throws(LedgerError) -> Int

    /// Removes a submission that is in its queue now; with `job`, one that can never be and has ended as that. In one transaction.
    func unspool(_ id: String, as job: ArchivedJob?) async throws(LedgerError)
}
