internal import Deliveries
internal import RedisClient
internal import Synchronization

extension JobQueue {
    private typealias Line = SubmissionLine<SubmissionWaiter>
    private typealias Item = Line.Item

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
        let arguments = RedisArguments(submission)
        let turn = await withCheckedContinuation { (waiter: SubmissionWaiter) in
            let item = Item(submission: submission, arguments: arguments, enteredAt: .now, waiter: waiter)
            if let group = submissions.withLock({ $0.enter(item) }) { waiter.resume(returning: .sends(group)) }
        }
        switch turn {
        case .sends(let group): return try await lead(group).get()
        case .answered(let result): return try result.get()
        }
    }

    /// Sends a group, passes the next one on, and tells those of this one.
    ///
    /// - Returns: the answer to the first.
    private func lead(_ group: [Item]) async -> Result<SubmitAnswer, JobQueueError> {
        let results = await send(group)
        let failure = results.last.flatMap { if case .failure(let error) = $0 { error } else { nil } }
        // Of a sender that was given up, the others learn nothing: they go again.
        let isGivenUp = failure != nil && Task.isCancelled
        let isOutage = failure?.code == .unavailable && failure?.isLasting == false && !isGivenUp
        let (next, stranded) = submissions.withLock { line in
            if isGivenUp { line.putBack(group.dropFirst()) }
            // They have waited for Redis as long as this group has.
            let stranded = isOutage ? line.leave() : line.leave(enteredBefore: .now - Line.patience)
            return (line.next(), stranded)
        }
        next.first?.waiter.resume(returning: .sends(next))
        if !isGivenUp {
            for (item, result) in zip(group, results).dropFirst() { item.waiter.resume(returning: .answered(result)) }
        }
        let reason = isOutage ? failure : nil
        let error = reason ?? JobQueueError(.unavailable, "Redis takes submissions more slowly than they come")
        for item in stranded { item.waiter.resume(returning: .answered(.failure(error))) }
        return results.first ?? .failure(.notUnderstood("submit"))
    }

    private func send(_ group: [Item]) async -> [Result<SubmitAnswer, JobQueueError>] {
        do {
            return try await sendTogether(group).map { .success($0) }
        } catch {
            guard error.isLasting, group.count > 1 else { return group.map { _ in .failure(error) } }
        }
        // Something is wrong with one of them: a foreign key, say. It does not hold up the others.
        var results: [Result<SubmitAnswer, JobQueueError>] = []
        for var item in group {
            item.wasSent = true
            results += await send([item])
            guard case .failure(let error)? = results.last, !error.isLasting else { continue }
            return results + group.dropFirst(results.count).map { _ in .failure(error) }
        }
        return results
    }

    private func sendTogether(_ group: [Item]) async throws(JobQueueError) -> [SubmitAnswer] {
        var arguments = RedisArguments()
        arguments.append(configuration.capacity)
        arguments.append(configuration.idempotencyLifetime.wholeMilliseconds)
        for item in group { arguments.append(contentsOf: item.arguments) }
        let reply = try await run(JobScripts.submit, arguments)
        guard let parts = reply.array, parts.count == group.count + 1, let now = parts[0].integer else {
            throw .notUnderstood("submit")
        }
        var answers: [SubmitAnswer] = []
        for (item, part) in zip(group, parts.dropFirst()) {
            answers.append(try answer(part, to: item, now: Timestamp(milliseconds: now)))
        }
        return answers
    }

    private func answer(_ reply: RedisValue, to item: Item, now: Timestamp) throws(JobQueueError) -> SubmitAnswer {
        if case .integer(let place) = reply {
            var record = JobRecord(item.submission)
            record.status = place == 0 ? .scheduled : .queued
            record.updatedAt = now
            return .accepted(record, position: place == 0 ? nil : Int(place))
        }
        guard let parts = reply.array, let word = parts.first?.string else { throw .notUnderstood("submit") }
        switch (word, parts.count) {
        case ("repeated", 2):
            let record = try record(parts[1], "submit")
            // What it repeats may be itself.
            let isNew = item.wasSent && item.submission.idempotency == nil
            return isNew ? .accepted(record, position: nil) : .repeated(record)
        case ("conflict", 2):
            guard let other = parts[1].string.flatMap({ JobID($0) }) else { throw .notUnderstood("submit") }
            return .conflict(other)
        case ("full", 1): return .full(limit: configuration.capacity)
        default: throw .notUnderstood("submit")
        }
    }

    func record(_ value: RedisValue, _ script: String) throws(JobQueueError) -> JobRecord {
        guard let values = value.array, let record = JobRecord(values) else { throw .notUnderstood(script) }
        return record
    }
}

extension RedisArguments {
    /// What the script `submit` is told of a job.
    fileprivate init(_ submission: JobSubmission) {
        self.init()
        reserve(arguments: 44, bytes: submission.payload.count + 1024)
        append(submission.id.text)
        append(submission.queue.text)
        append(submission.runAt.map { String($0.milliseconds) } ?? "")
        // The length keeps one tenant's key from reading like another's.
        let tenant = submission.tenant ?? ""
        append(submission.idempotency.map { "\(tenant.utf8.count):\(tenant):\($0.key)" } ?? "")
        append(submission.idempotency?.fingerprint ?? [])
        append(submission.priority.rawValue)
        append(submission.createdAt.milliseconds)
        let fields = RedisArguments(fieldsOf: submission)
        append(fields.count)
        append(contentsOf: fields)
    }

    /// The fields of a job's hash that the submission determines: names and values.
    private init(fieldsOf submission: JobSubmission) {
        self.init()
        reserve(arguments: 36, bytes: submission.payload.count + 512)
        add("id", submission.id.text)
        add("queue", submission.queue.text)
        add("priority", submission.priority.rawValue)
        add("created_at", submission.createdAt.milliseconds)
        add("kind", submission.kind)
        append("payload")
        append(submission.payload)
        add("tenant", submission.tenant)
        add("product_id", submission.productID)
        add("code", submission.code)
        add("progress", 0)
        add("retry_count", 0)
        add("max_retries", Int64(min(max(submission.maxRetries, 0), 25)))
        add("timeout_ms", submission.timeout.wholeMilliseconds)
        if let runAt = submission.runAt { add("run_at", runAt.milliseconds) }
        add("callback_url", submission.callbackURL)
        add("failure_url", submission.failureURL)
        add("traceparent", submission.traceparent)
    }

    private mutating func add(_ name: String, _ text: String?) {
        guard let text else { return }
        append(name)
        append(text)
    }

    private mutating func add(_ name: String, _ number: Int64) {
        append(name)
        append(number)
    }
}
