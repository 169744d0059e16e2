package import JobQueue

/// Does what people and programs ask about jobs, wherever a job is: in Redis, in the ledger once it has ended, or in the
/// ledger while Redis is away.
///
/// It knows nothing of tenants but ``JobQuery/tenant``: the API asks for the job first and then decides who may see it.
package protocol JobControlling: Sendable {
    /// Takes a job. It is durable, in Redis or in the ledger, when this returns.
    func submit(_ submission: JobSubmission) async throws(JobControlError) -> JobSubmitAnswer

    /// Finds jobs, in one round trip each to Redis and the ledger.
    ///
    /// - Parameter ids: at most 100.
    /// - Returns: as many as were asked for, in the same order; `nil` for those that are not known (any more).
    func jobs(_ ids: [JobID]) async throws(JobControlError) -> [JobView?]

    /// A page of jobs, the newest first.
    ///
    /// - Parameters:
    ///   - limit: 1 to 200.
    ///   - cursor: ``JobPage/next`` of the page before.
    /// - Throws: ``JobControlError/badCursor`` for a cursor that was not handed out.
    func list(_ query: JobQuery, limit: Int, cursor: String?) async throws(JobControlError) -> JobPage

    /// Cancels a job that waits at once, and one that runs as soon as its worker stops.
    ///
    /// - Parameter requestedBy: the name of the API key, kept with the job.
    func cancel(_ id: JobID, requestedBy: String) async throws(JobControlError) -> CancelJobAnswer

    /// Puts a failed or cancelled job into its queue again.
    func retry(_ id: JobID, requestedBy: String) async throws(JobControlError) -> RetryJobAnswer

    /// How the queues stand: those that are configured and those that hold jobs, in any order.
    func queues() async throws(JobControlError) -> [QueueStatistics]

    /// Lets no worker take from a queue; what runs goes on.
    func pause(_ queue: QueueName, requestedBy: String) async throws(JobControlError)

    /// Lets workers take from a queue again.
    func resume(_ queue: QueueName, requestedBy: String) async throws(JobControlError)

    /// Forgets ended jobs in Redis; the ledger's record of them stays.
    ///
    /// - Parameters:
    ///   - status: an end.
    ///   - olderThan: by the time of the end.
    ///   - limit: jobs at most.
    /// - Returns: how many were forgotten.
    func clean(
        _ queue: QueueName,
        status: JobStatus,
        olderThan: Duration,
        limit: Int,
        requestedBy: String
    ) async throws(JobControlError) -> Int

    /// The workers whose heartbeat is recent, in any order.
    func workers() async throws(JobControlError) -> [WorkerRecord]

    /// What can be rendered.
    func products() async throws(JobControlError) -> [Product]

    /// The document of a completed job; `nil` when it is not stored (any more).
    func document(of job: JobRecord) async throws(JobControlError) -> JobDocument?

    /// The ids of jobs that changed in any way, for as long as the process runs. A change may be lost, for example while
    /// Redis is away: whoever must know asks for the job again now and then.
    func changes() -> AsyncStream<JobID>
}
