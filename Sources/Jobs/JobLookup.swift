package import JobQueue

/// Where a job was found.
package enum JobLookup: Hashable, Sendable {
    /// Redis holds it.
    case live(JobRecord)
    /// It ended, and the ledger remembers it.
    case archived(JobRecord)
    /// It was accepted while Redis was away, and waits in the ledger to be queued.
    case spooled(JobRecord)
}
