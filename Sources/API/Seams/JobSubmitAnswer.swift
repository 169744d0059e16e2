package import JobQueue

/// What became of a submission.
package enum JobSubmitAnswer: Hashable, Sendable {
    /// It was taken.
    case accepted(JobView)
    /// Its idempotency key is that of this job, and the body is the same.
    case repeated(JobView)
    /// Its idempotency key belongs to another body.
    case conflict(JobID)
    /// The queue holds as many jobs as it may.
    ///
    /// - Parameter retryAfter: seconds until it is worth trying again, at least 1.
    case full(limit: Int, retryAfter: Int)
}
