import API
import Dispatch
import JobQueue
import Jobs
import PDFWorker

/// Lets the API act on jobs through the desk.
struct JobsAdapter: JobControlling {
    let desk: JobDesk
    let documents: Documents

    func submit(_ submission: JobSubmission) async throws(JobControlError) -> JobSubmitAnswer {
        try await mapping { () throws(JobsError) in
            switch try await desk.submit(submission) {
            case .accepted(let standing): .accepted(JobView(standing))
            case .repeated(let standing): .repeated(JobView(standing))
            case .conflict(let id): .conflict(id)
            case .full(let limit): .full(limit: limit, retryAfter: Self.retryAfter)
            }
        }
    }

    func jobs(_ ids: [JobID]) async throws(JobControlError) -> [JobView?] {
        try await mapping { () throws(JobsError) in try await desk.jobs(ids).map { $0.map { JobView($0) } } }
    }

    func list(_ query: JobQuery, limit: Int, cursor: String?) async throws(JobControlError) -> JobPage {
        try await mapping { () throws(JobsError) in
            let page = try await desk.list(query, limit: limit, cursor: cursor)
            return JobPage(items: page.jobs.map { JobView($0) }, next: page.next)
        }
    }

    func cancel(_ id: JobID, requestedBy: String) async throws(JobControlError) -> CancelJobAnswer {
        try await mapping { () throws(JobsError) in try await desk.cancel(id, by: requestedBy) }
    }

    func retry(_ id: JobID, requestedBy: String) async throws(JobControlError) -> RetryJobAnswer {
        try await mapping { () throws(JobsError) in try await desk.retry(id, by: requestedBy) }
    }

    func queues() async throws(JobControlError) -> [QueueStatistics] {
        try await mapping { () throws(JobsError) in try await desk.queues() }
    }

    func pause(_ queue: QueueName, requestedBy: String) async throws(JobControlError) {
        try await mapping { () throws(JobsError) in try await desk.pause(queue, by: requestedBy) }
    }

    func resume(_ queue: QueueName, requestedBy: String) async throws(JobControlError) {
        try await mapping { () throws(JobsError) in try await desk.resume(queue, by: requestedBy) }
    }

    func clean(
        _ queue: QueueName,
        status: JobStatus,
        olderThan: Duration,
        limit: Int,
        requestedBy: String
    ) async throws(JobControlError) -> Int {
        try await mapping { () throws(JobsError) in
            try await desk.clean(queue, status: status, olderThan: olderThan, limit: limit, by: requestedBy)
        }
    }

    func workers() async throws(JobControlError) -> [WorkerRecord] {
        try await mapping { () throws(JobsError) in try await desk.workers() }
    }

    func products() async throws(JobControlError) -> [Product] {
        await reading { [documents] in documents.catalogue.products() }
    }

    func document(of job: JobRecord) async throws(JobControlError) -> JobDocument? {
        await reading { [documents] in documents.document(of: job) }
    }

    func changes() -> AsyncStream<JobID> { desk.changes() }

    /// Runs what reads files off the event loops, where the API's tasks run.
    private func reading<Value: Sendable>(_ body: @escaping @Sendable () -> Value) async -> Value {
        await withCheckedContinuation { continuation in
            DispatchQueue.global().async { continuation.resume(returning: body()) }
        }
    }

    /// Seconds until a queue or Redis is worth another try.
    private static let retryAfter = 5

    private func mapping<Answer>(_ body: () async throws(JobsError) -> Answer) async throws(JobControlError) -> Answer {
        do {
            return try await body()
        } catch {
            switch error {
            case .unavailable(let reason): throw .unavailable(reason: reason, retryAfter: Self.retryAfter)
            case .badCursor: throw .badCursor
            case .refused(let reason), .damaged(let reason): throw .damaged(reason: reason)
            }
        }
    }
}

extension JobView {
    fileprivate init(_ standing: JobStanding) {
        self.init(
            record: standing.record,
            position: standing.position,
            estimatedCompletion: standing.estimatedCompletion,
            callback: standing.callback
        )
    }
}
