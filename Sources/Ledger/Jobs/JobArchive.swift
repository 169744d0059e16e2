package import Deliveries

/// The permanent record of jobs that have ended: it outlives Redis, where they ran.
///
/// The ledger knows of a job what it searches by; the rest is a document of those who write it. The rules of
/// ``DeliveryLedger`` hold: a write is on disk when the call returns, and a call that throws has changed nothing.
package protocol JobArchive: Sendable {
    /// Remembers jobs, in one transaction. Of two ends of the same job the later one stays, so that a batch can be repeated,
    /// also after a later one.
    func archive(_ jobs: [ArchivedJob]) async throws(LedgerError)

    /// Notes that a job is being run again, in the row's status (`queued`); what it was remembered as stays in the document, and its next
    /// end replaces both. Nothing happens for one that is not remembered, has been completed, or ended again after `time`.
    func reopen(_ id: String, endedBy time: Timestamp) async throws(LedgerError)

    /// The jobs of these ids, in their order; `nil` for one that is not remembered.
    func archivedJobs(_ ids: [String]) async throws(LedgerError) -> [ArchivedJob?]

    /// Jobs that match, the latest made first, those made at the same time by descending id; and whether there are more.
    func archivedJobs(_ query: ArchivedJobQuery) async throws(LedgerError) -> Page<ArchivedJob>

    /// The latest delivery of each of these events, by the event's id; an event without one is left out.
    func latestDeliveries(ofEvents ids: [String]) async throws(LedgerError) -> [String: DeliverySummary]
}
