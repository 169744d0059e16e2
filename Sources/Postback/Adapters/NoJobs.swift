import API
import JobQueue

/// Stands in for the job queue until it is composed: nothing can be done.
struct NoJobs: JobControlling {
    private static var error: JobControlError {
        .unavailable(reason: "this process has no job queue", retryAfter: 60)
    }

    func submit(_ submission: JobSubmission) async throws(JobControlError) -> JobSubmitAnswer { throw Self.error }
    func jobs(_ ids: [JobID]) async throws(JobControlError) -> [JobView?] { throw Self.error }
    func list(_ query: JobQuery, limit: Int, cursor: String?) async throws(JobControlError) -> JobPage {
        throw Self.error
    }
    func cancel(_ id: JobID, requestedBy: String) async throws(JobControlError) -> CancelJobAnswer { throw Self.error }
    func retry(_ id: JobID, requestedBy: String) async throws(JobControlError) -> RetryJobAnswer { throw Self.error }
    func queues() async throws(JobControlError) -> [QueueStatistics] { throw Self.error }
    func pause(_ queue: QueueName, requestedBy: String) async throws(JobControlError) { throw Self.error }
    func resume(_ queue: QueueName, requestedBy: String) async throws(JobControlError) { throw Self.error }
    func clean(
        _ queue: QueueName,
        status: JobStatus,
        olderThan: Duration,
        limit: Int,
        requestedBy: String
    ) async throws(JobControlError) -> Int { throw Self.error }
    func workers() async throws(JobControlError) -> [WorkerRecord] { throw Self.error }
    func products() async throws(JobControlError) -> [ProductSummary] { throw Self.error }
    func document(of job: JobRecord) async throws(JobControlError) -> JobDocument? { throw Self.error }
    func changes() -> AsyncStream<JobID> { AsyncStream { $0.finish() } }
}
