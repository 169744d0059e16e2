package import Deliveries

/// A job as it stands, for those who ask.
package struct JobRecord: Hashable, Sendable {
    package var id: JobID
    package var queue: QueueName
    package var kind: String
    package var status: JobStatus
    package var priority: JobPriority
    package var tenant: String?
    package var productID: String?
    package var code: String?
    package var progress: JobProgress
    /// The worker's result, a JSON object; `nil` until it is completed.
    package var result: [UInt8]?
    /// The latest error, one line; kept while it waits for the next try.
    package var error: String?
    /// Tries after the first that were begun or are waiting to begin.
    package var retryCount: Int
    package var maxRetries: Int
    package var timeout: Duration
    package var nextRetryAt: Timestamp?
    package var runAt: Timestamp?
    package var createdAt: Timestamp
    /// When the latest run began.
    package var startedAt: Timestamp?
    package var updatedAt: Timestamp
    /// When it ended, whichever way.
    package var completedAt: Timestamp?
    package var callbackURL: String?
    package var failureURL: String?
    /// The id of the event that announced its end; `nil` until then. Unique for each end: a job that a person retries
    /// ends again under another.
    package var eventID: String?
    /// Who holds it; `nil` unless it is processing.
    package var worker: String?
    /// Whether its worker has been asked to stop.
    package var isCancelRequested: Bool
    /// Who cancelled it.
    package var cancelledBy: String?

    /// Makes a record of a job that waits; the rest is set by what happens to it.
    package init(_ submission: JobSubmission) {
        id = submission.id
        queue = submission.queue
        kind = submission.kind
        status = submission.runAt == nil ? .queued : .scheduled
        priority = submission.priority
        tenant = submission.tenant
        productID = submission.productID
        code = submission.code
        progress = JobProgress(percent: 0)
        retryCount = 0
        maxRetries = submission.maxRetries
        timeout = submission.timeout
        runAt = submission.runAt
        createdAt = submission.createdAt
        updatedAt = submission.createdAt
        callbackURL = submission.callbackURL
        failureURL = submission.failureURL
        isCancelRequested = false
    }
}
