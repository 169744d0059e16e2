/// What became of the wish to run an ended job again.
package enum RetryJobAnswer: Hashable, Sendable {
    /// It is in the queue again, with all its retries.
    case queued(JobRecord)
    /// It has not ended.
    case notEnded(JobStatus)
    /// It was completed: nothing to try again.
    case completed
    /// Redis no longer holds what it needs to run.
    case expired
    /// The queue holds as many jobs as it may.
    case full(limit: Int)
    case notFound
}
