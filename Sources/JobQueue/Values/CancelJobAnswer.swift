/// What became of the wish to cancel a job.
package enum CancelJobAnswer: Hashable, Sendable {
    /// It was accepted and is not in Redis yet: it can be cancelled once it is.
    case onItsWay
    /// It waited, and is cancelled.
    case cancelled(JobRecord)
    /// It is processing: its worker has been told, and it is cancelled as soon as that stops.
    case requested(JobRecord)
    /// It had ended before.
    case ended(JobStatus)
    case notFound
}
