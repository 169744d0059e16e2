import API
import Deliveries
import JobQueue
import Ledger
import Synchronization

/// Jobs in memory, and what was asked of them.
final class FakeJobs: JobControlling {
    struct State {
        /// Jobs that are not in Redis yet.
        var onTheirWay: Set<JobID> = []
        var views: [JobID: JobView] = [:]
        var submissions: [JobSubmission] = []
        var failure: JobControlError?
        var isFull = false
        /// What was asked, and by whom: `cancel ID by n8n`.
        var requests: [String] = []
        var queues = [QueueStatistics(name: .pdf)]
        var workers: [WorkerRecord] = []
        var products: [Product] = []
        var documents: [JobID: JobDocument] = [:]
        var retryAnswer: RetryJobAnswer?
        var listed: [JobQuery] = []
        /// How often jobs were looked at by their ids.
        var looks = 0
    }

    let state = Mutex(State())
    private let feed: AsyncStream<JobID>
    private let continuation: AsyncStream<JobID>.Continuation

    init() {
        (feed, continuation) = AsyncStream.makeStream(of: JobID.self)
    }

    func change(_ change: (inout State) -> Void) { state.withLock { change(&$0) } }

    var submissions: [JobSubmission] { state.withLock { $0.submissions } }
    var requests: [String] { state.withLock { $0.requests } }

    /// Puts a job there, or in the place of the one that was there, and tells those who watch it.
    func put(_ view: JobView) {
        state.withLock { $0.views[view.record.id] = view }
        continuation.yield(view.record.id)
    }

    /// Changes a job, and tells those who watch it.
    func update(_ id: JobID, _ change: (inout JobView) -> Void) {
        state.withLock { state in
            guard var view = state.views[id] else { return }
            change(&view)
            state.views[id] = view
        }
        continuation.yield(id)
    }

    func changes() -> AsyncStream<JobID> { feed }

    func submit(_ submission: JobSubmission) async throws(JobControlError) -> JobSubmitAnswer {
        try await perform { state in
            if state.isFull { return .full(limit: 1000, retryAfter: 7) }
            if let key = submission.idempotency,
                let earlier = state.submissions.first(where: {
                    $0.idempotency?.key == key.key && $0.tenant == submission.tenant
                })
            {
                guard earlier.idempotency == key, let view = state.views[earlier.id] else {
                    return .conflict(earlier.id)
                }
                return .repeated(view)
            }
            state.submissions.append(submission)
            let record = JobRecord(submission)
            let view = JobView(
                record: record,
                position: record.status == .queued ? state.submissions.count : nil,
                estimatedCompletion: submission.createdAt.advanced(byMilliseconds: 8000)
            )
            state.views[submission.id] = view
            return .accepted(view)
        }
    }

    func jobs(_ ids: [JobID]) async throws(JobControlError) -> [JobView?] {
        try await perform { state in
            state.looks += 1
            return ids.map { state.views[$0] }
        }
    }

    func list(_ query: JobQuery, limit: Int, cursor: String?) async throws(JobControlError) -> JobPage {
        let result: Result<JobPage, JobControlError> = state.withLock { state in
            if let failure = state.failure { return .failure(failure) }
            state.listed.append(query)
            let all = state.views.values.filter { query.includes($0.record) }
                .sorted { ($0.record.createdAt, $0.record.id.text) > ($1.record.createdAt, $1.record.id.text) }
            var rest = all[...]
            if let cursor {
                guard let index = all.firstIndex(where: { $0.record.id.text == cursor }) else {
                    return .failure(.badCursor)
                }
                rest = all[(index + 1)...]
            }
            let items = Array(rest.prefix(limit))
            return .success(JobPage(items: items, next: rest.count > limit ? items.last?.record.id.text : nil))
        }
        return try result.get()
    }

    func cancel(_ id: JobID, requestedBy: String) async throws(JobControlError) -> CancelJobAnswer {
        try await perform { state in
            state.requests.append("cancel \(id) by \(requestedBy)")
            guard var view = state.views[id] else { return .notFound }
            if state.onTheirWay.contains(id) { return .onItsWay }
            switch view.record.status {
            case .scheduled, .queued:
                view.record.status = .cancelled
                view.record.cancelledBy = requestedBy
                state.views[id] = view
                return .cancelled(view.record)
            case .processing: return .requested(view.record)
            case .completed, .failed, .cancelled: return .ended(view.record.status)
            }
        }
    }

    func retry(_ id: JobID, requestedBy: String) async throws(JobControlError) -> RetryJobAnswer {
        try await perform { state in
            state.requests.append("retry \(id) by \(requestedBy)")
            if let answer = state.retryAnswer { return answer }
            guard var view = state.views[id] else { return .notFound }
            switch view.record.status {
            case .failed, .cancelled:
                view.record.status = .queued
                state.views[id] = view
                return .queued(view.record)
            case .completed: return .completed
            case .scheduled, .queued, .processing: return .notEnded(view.record.status)
            }
        }
    }

    func queues() async throws(JobControlError) -> [QueueStatistics] { try await perform { $0.queues } }

    func pause(_ queue: QueueName, requestedBy: String) async throws(JobControlError) {
        try await perform { state in
            state.requests.append("pause \(queue) by \(requestedBy)")
            for index in state.queues.indices where state.queues[index].name == queue {
                state.queues[index].isPaused = true
            }
        }
    }

    func resume(_ queue: QueueName, requestedBy: String) async throws(JobControlError) {
        try await perform { state in
            state.requests.append("resume \(queue) by \(requestedBy)")
            for index in state.queues.indices where state.queues[index].name == queue {
                state.queues[index].isPaused = false
            }
        }
    }

    func clean(
        _ queue: QueueName,
        status: JobStatus,
        olderThan: Duration,
        limit: Int,
        requestedBy: String
    ) async throws(JobControlError) -> Int {
        try await perform { state in
            state.requests.append("clean \(queue) \(status) \(olderThan) \(limit) by \(requestedBy)")
            return 3
        }
    }

    func workers() async throws(JobControlError) -> [WorkerRecord] { try await perform { $0.workers } }

    func products() async throws(JobControlError) -> [Product] { try await perform { $0.products } }

    func document(of job: JobRecord) async throws(JobControlError) -> JobDocument? {
        try await perform { $0.documents[job.id] }
    }

    private func perform<Value: Sendable>(_ body: (inout State) -> Value) async throws(JobControlError) -> Value {
        let result: Result<Value, JobControlError> = state.withLock { state in
            if let failure = state.failure { return .failure(failure) }
            return .success(body(&state))
        }
        return try result.get()
    }
}
