internal import Deliveries
internal import RedisClient

extension JobQueue {
    /// Puts a job into its queue. A job with the same id is not put there twice, so a submission may be repeated.
    ///
    /// - Throws: `refused` for a payload above the limit; `unavailable` also when Redis is full.
    package func submit(_ submission: JobSubmission) async throws(JobQueueError) -> SubmitAnswer {
        guard submission.payload.count <= configuration.payloadLimit else {
            throw JobQueueError(
                .refused,
                "the payload is \(submission.payload.count) bytes long, more than the limit of \(configuration.payloadLimit)"
            )
        }
        let reply = try await run(JobScripts.submit, arguments(for: submission))
        guard let parts = reply.array, let word = parts.first?.string else { throw .notUnderstood("submit") }
        switch (word, parts.count) {
        case ("accepted", 4):
            guard let status = parts[2].string.flatMap({ JobStatus(rawValue: $0) }), let at = parts[3].integer else {
                throw .notUnderstood("submit")
            }
            var record = JobRecord(submission)
            record.status = status
            record.updatedAt = Timestamp(milliseconds: at)
            return .accepted(record, position: parts[1].integer.map { Int($0) })
        case ("repeated", 2): return .repeated(try record(parts[1], "submit"))
        case ("conflict", 2):
            guard let other = parts[1].string.flatMap({ JobID($0) }) else { throw .notUnderstood("submit") }
            return .conflict(other)
        case ("full", 1): return .full(limit: configuration.capacity)
        default: throw .notUnderstood("submit")
        }
    }

    private func arguments(for submission: JobSubmission) -> [ScriptArgument] {
        var idempotency = ""
        if let key = submission.idempotency {
            // The length keeps one tenant's key from reading like another's.
            let tenant = submission.tenant ?? ""
            idempotency = "\(tenant.utf8.count):\(tenant):\(key.key)"
        }
        var arguments: [ScriptArgument] = [
            .text(submission.id.text), .text(submission.queue.text), .number(Int64(configuration.capacity)),
            .text(submission.runAt.map { String($0.milliseconds) } ?? ""), .text(idempotency),
            .data(submission.idempotency?.fingerprint ?? []), .duration(configuration.idempotencyLifetime),
            .text(submission.priority.rawValue), .number(submission.createdAt.milliseconds),
        ]
        let add = { (name: String, value: ScriptArgument?) in
            guard let value else { return }
            arguments.append(.text(name))
            arguments.append(value)
        }
        add("id", .text(submission.id.text))
        add("queue", .text(submission.queue.text))
        add("priority", .text(submission.priority.rawValue))
        add("created_at", .number(submission.createdAt.milliseconds))
        add("kind", .text(submission.kind))
        add("payload", .data(submission.payload))
        add("tenant", submission.tenant.map { .text($0) })
        add("product_id", submission.productID.map { .text($0) })
        add("code", submission.code.map { .text($0) })
        add("progress", .number(0))
        add("retry_count", .number(0))
        add("max_retries", .number(Int64(min(max(submission.maxRetries, 0), 25))))
        add("timeout_ms", .duration(submission.timeout))
        add("run_at", submission.runAt.map { .number($0.milliseconds) })
        add("callback_url", submission.callbackURL.map { .text($0) })
        add("failure_url", submission.failureURL.map { .text($0) })
        add("traceparent", submission.traceparent.map { .text($0) })
        return arguments
    }

    func record(_ value: RedisValue, _ script: String) throws(JobQueueError) -> JobRecord {
        guard let values = value.array, let record = JobRecord(values) else { throw .notUnderstood(script) }
        return record
    }
}
