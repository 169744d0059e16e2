import HTTPTypes
import Hummingbird
import JobQueue

/// Submitting jobs. `POST /api/jobs/batch` belongs here.
struct JobSubmitRoutes {
    let dependencies: APIDependencies
    let watch: JobWatch

    var endpoints: [Endpoint] {
        [
            .keyed(.post, "/api/jobs/pdf/submit", .role(.submit), countedAs: .submit, respond: submit),
            .keyed(.post, "/api/reports/generate-async", .role(.submit), countedAs: .submit, respond: submit),
            .keyed(.post, "/api/reports/generate", .role(.submit), countedAs: .submit, respond: generate),
        ]
    }

    private func submit(_ call: Call, _ key: APIKey) async throws -> Response {
        let (view, message) = try await take(call, key)
        return accepted(view, message)
    }

    /// Waits for the document. The job goes on whether or not the client does.
    private func generate(_ call: Call, _ key: APIKey) async throws -> Response {
        let (submitted, message) = try await take(call, key)
        let id = submitted.record.id
        // Without a place to wait in, the answer is the one for those who do not wait.
        guard let subscription = watch.subscribe(to: id, by: key.name) else { return accepted(submitted, message) }
        call.context.channel.onHangUp { [weak subscription] in subscription?.stop() }
        var view = submitted
        let rules = dependencies.jobRules
        try await subscription.follow(for: rules.synchronousWait, every: rules.keepAlive) { _ in
            // A job that cannot be looked at now is looked at again: it was taken, and the answer may not say otherwise.
            if let found = try? await dependencies.jobs.jobs([id]).first ?? nil { view = found }
            return !view.record.status.isEnd
        }
        switch view.record.status {
        case .completed:
            var response = try await JobDownloadRoutes(dependencies: dependencies).document(of: view.record, call)
            response.headers[.location] = location(id)
            return response
        case .failed:
            throw failed(id, "job \(id) failed: \(view.record.error ?? "the worker gave no reason")")
        case .cancelled: throw failed(id, "job \(id) was cancelled")
        case .scheduled, .queued, .processing:
            return accepted(view, "the job is not done yet; ask at status_url, or wait for the callback")
        }
    }

    /// Hands the job to the queue.
    private func take(_ call: Call, _ key: APIKey) async throws -> (view: JobView, message: String) {
        let body = try await JSONBody(
            of: call.request,
            known: JobRequestReader.members,
            limit: JobRequestReader.bodyLimit
        )
        let submission = try JobRequestReader(rules: dependencies.jobRules).read(
            body,
            headers: call.request.headers,
            tenant: key.tenant,
            now: dependencies.now()
        )
        switch try await dependencies.jobs.submit(submission) {
        case .accepted(let view): return (view, Self.message(view))
        case .repeated(let view): return (view, "this job was submitted before, with the same idempotency key")
        case .conflict(let id):
            throw Problem(
                .idempotencyConflict,
                "Idempotency-Key: job \(id) was submitted with this key and another body",
                field: "Idempotency-Key"
            )
        case .full(let limit, let retryAfter): throw Problem.queueFull(limit: limit, retryAfter: retryAfter)
        }
    }

    private static func message(_ view: JobView) -> String {
        switch (view.record.status, view.position) {
        case (.scheduled, _): "the job waits for its time"
        case (_, let position?): "the job is in the queue at position \(position)"
        default: "the job was taken"
        }
    }

    private func accepted(_ view: JobView, _ message: String) -> Response {
        let statusURL = location(view.record.id)
        var response = Response(
            [
                "success": JSON(true),
                "job_id": .string(view.record.id.text),
                "status": JSON(view.record.status),
                "status_url": .string(statusURL),
                "estimated_completion": JSON(view.estimatedCompletion),
                "position_in_queue": JSON(view.position),
                "message": .string(message),
            ],
            status: .accepted
        )
        response.headers[.location] = statusURL
        return response
    }

    private func failed(_ id: JobID, _ detail: String) -> Problem {
        Problem(.jobFailed, detail, headers: [.location: location(id)])
    }

    private func location(_ id: JobID) -> String { (dependencies.jobRules.publicURL ?? "") + "/api/jobs/\(id)" }
}

extension Problem {
    /// The queue holds as many jobs as it may.
    static func queueFull(limit: Int, retryAfter seconds: Int) -> Problem {
        .unavailable("the queue is full (\(limit) jobs); nothing was taken, try again later", retryAfter: seconds)
    }
}
