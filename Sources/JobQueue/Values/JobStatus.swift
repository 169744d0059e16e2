/// Where a job is (contract section 5).
package enum JobStatus: String, Sendable, CaseIterable, Hashable {
    /// Waits for its `run_at`, or for its next try.
    case scheduled
    /// Waits for a worker.
    case queued
    /// A worker holds it under a lease.
    case processing
    case completed
    case failed
    case cancelled

    /// Whether nothing more happens to it, unless a person retries it.
    package var isEnd: Bool {
        switch self {
        case .completed, .failed, .cancelled: true
        case .scheduled, .queued, .processing: false
        }
    }
}
