package import Deliveries

/// What became of a worker's word on how a run ended.
package enum FinishAnswer: Hashable, Sendable {
    /// The job has ended, and its event is on the stream.
    case ended(JobStatus)
    /// It failed, and is tried again at this time.
    case willRetry(at: Timestamp)
    /// It was given back, and waits for the next worker.
    case released
    /// The same was said before; nothing changed.
    case alreadySaid
    /// The lease had been lost: the word does not count.
    case leaseLost
}
