/// What a heartbeat learns about a lease.
package enum LeaseAnswer: Hashable, Sendable {
    case held
    /// Still held, but somebody wants the job cancelled: stop the work, then say so.
    case cancelRequested
    /// Another worker has the job, or it has ended: stop the work, and say nothing.
    case lost
}
