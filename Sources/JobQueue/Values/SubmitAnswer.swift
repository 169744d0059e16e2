/// What became of a submission.
package enum SubmitAnswer: Hashable, Sendable {
    /// It is in the queue. `position` counts those ahead of it and itself; `nil` if it waits for its time.
    case accepted(JobRecord, position: Int?)
    /// The idempotency key is that of this job, and the body is the same.
    case repeated(JobRecord)
    /// The idempotency key belongs to another body.
    case conflict(JobID)
    /// The queue holds as many jobs as it may.
    case full(limit: Int)
}
