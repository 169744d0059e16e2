package import JobQueue

/// What became of a submission.
package enum SubmissionAnswer: Hashable, Sendable {
    /// It was taken: it is in its queue, or on disk until Redis is back.
    case accepted(JobStanding)
    /// Its idempotency key is that of this job, and the body is the same.
    case repeated(JobStanding)
    /// Its idempotency key belongs to another body.
    case conflict(JobID)
    /// The queue holds as many jobs as it may.
    case full(limit: Int)
}
