import Deliveries
import JobQueue
import Ledger
import ReceiverTestSupport
import Synchronization

/// A ledger that tells when jobs were archived and when submissions left the spool.
final class ObservedLedger: JobArchive, SubmissionSpool {
    let ledger: SQLiteLedger
    /// Jobs archived, each time counted.
    let archived = Milestones()
    /// Submissions that left the spool.
    let unspooled = Milestones()
    /// So many more tries to archive fail.
    let failures = Mutex(0)

    init(_ ledger: SQLiteLedger) {
        self.ledger = ledger
    }

    func archive(_ jobs: [ArchivedJob]) async throws(LedgerError) {
        let fails = failures.withLock { left in
            defer { left = max(0, left - 1) }
            return left > 0
        }
        if fails { throw LedgerError(.busy, "the ledger is locked") }
        try await ledger.archive(jobs)
        archived.add(jobs.count)
    }

    func archivedJobs(_ ids: [String]) async throws(LedgerError) -> [ArchivedJob?] {
        try await ledger.archivedJobs(ids)
    }

    func reopen(_ id: String, endedBy time: Timestamp) async throws(LedgerError) {
        try await ledger.reopen(id, endedBy: time)
    }

    func archivedJobs(_ query: ArchivedJobQuery) async throws(LedgerError) -> Page<ArchivedJob> {
        try await ledger.archivedJobs(query)
    }

    func latestDeliveries(ofEvents ids: [String]) async throws(LedgerError) -> [String: DeliverySummary] {
        try await ledger.latestDeliveries(ofEvents: ids)
    }

    func spool(_ submission: SpooledSubmission, bound: Int) async throws(LedgerError) -> SpoolAnswer {
        try await ledger.spool(submission, bound: bound)
    }

    func spooledSubmissions(limit: Int) async throws(LedgerError) -> [SpooledSubmission] {
        try await ledger.spooledSubmissions(limit: limit)
    }

    func spooledSubmissions(_ ids: [String]) async throws(LedgerError) -> [SpooledSubmission?] {
        try await ledger.spooledSubmissions(ids)
    }

    func spooledCount() async throws(LedgerError) -> Int { try await ledger.spooledCount() }

    func unspool(_ id: String, as job: ArchivedJob?) async throws(LedgerError) {
        try await ledger.unspool(id, as: job)
        unspooled.add(1)
    }
}
