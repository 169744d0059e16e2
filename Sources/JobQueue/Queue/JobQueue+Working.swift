internal import Deliveries
internal import RedisClient

extension JobQueue {
    /// Claims the job that is next, for the length of a lease.
    ///
    /// - Parameters:
    ///   - queues: In the order in which they are asked: the first that has a job gives it.
    ///   - worker: The name that ``beat(_:leases:)`` uses too.
    /// - Returns: `nil` if there is nothing to do: no job waits, or its queue is paused or runs as many as it may.
    package func claim(from queues: [QueueName], worker: String) async throws(JobQueueError) -> ClaimedJob? {
        var arguments: [ScriptArgument] = [
            .text(worker), .duration(configuration.lease), .text(configuration.isStrict ? "1" : "0"),
        ]
        for queue in queues {
            arguments.append(.text(queue.text))
            arguments.append(.number(Int64(configuration.concurrency[queue] ?? 0)))
        }
        let reply = try await run(JobScripts.claim, arguments)
        if reply.isNull { return nil }
        guard let parts = reply.array, let job = ClaimedJob(parts) else { throw .notUnderstood("claim") }
        return job
    }

    /// Says that a worker lives, and renews its leases.
    ///
    /// - Returns: One answer for each lease.
    package func beat(_ worker: WorkerRecord, leases: [JobLease]) async throws(JobQueueError) -> [LeaseAnswer] {
        var arguments: [ScriptArgument] = [
            .text(worker.name), .duration(configuration.lease * 2), .duration(configuration.lease),
            .text(worker.state.rawValue), .text(worker.queues.map(\.text).joined(separator: ",")),
            .number(Int64(worker.concurrency)), .number(worker.startedAt.milliseconds),
            worker.usage.map { .number($0.processorMilliseconds) } ?? .text(""),
            worker.usage.map { .number($0.memoryBytes) } ?? .text(""),
        ]
        for lease in leases {
            arguments.append(.text(lease.job.text))
            arguments.append(.number(lease.fence))
        }
        let reply = try await run(JobScripts.beat, arguments)
        guard let answers = reply.array, answers.count == leases.count else { throw .notUnderstood("beat") }
        var read: [LeaseAnswer] = []
        for answer in answers { read.append(try leaseAnswer(answer, "beat")) }
        return read
    }

    /// Says how far a run is.
    package func progress(
        _ progress: JobProgress,
        of lease: JobLease
    ) async throws(JobQueueError) -> LeaseAnswer {
        let stage = (progress.stage ?? "").prefix(bytes: 64)
        let reply = try await run(
            JobScripts.progress,
            [.text(lease.job.text), .number(lease.fence), .number(Int64(progress.percent)), .text(stage)]
        )
        return try leaseAnswer(reply, "progress")
    }

    /// Ends a job with its result, a JSON object of at most ``JobQueueConfiguration/resultLimit`` bytes. What is none, or larger,
    /// fails the job.
    package func complete(_ lease: JobLease, result: [UInt8]) async throws(JobQueueError) -> FinishAnswer {
        guard result.count <= configuration.resultLimit else {
            let reason = "the result is \(result.count) bytes long, more than the limit of \(configuration.resultLimit)"
            return try await fail(lease, JobFailure(reason, isRetriable: false))
        }
        do {
            _ = try JSONObjectBytes(result)
        } catch {
            return try await fail(lease, JobFailure("the result is no JSON object: \(error)", isRetriable: false))
        }
        return try await finish(JobScripts.complete, "complete", lease, [.data(result)])
    }

    /// Says that a run failed: the job is tried again later, or ends.
    package func fail(_ lease: JobLease, _ failure: JobFailure) async throws(JobQueueError) -> FinishAnswer {
        let jitter = Double.random(in: (1 - configuration.retryJitter)...(1 + configuration.retryJitter))
        let pauses = configuration.retryPauses.isEmpty ? [.zero] : configuration.retryPauses
        return try await finish(
            JobScripts.fail,
            "fail",
            lease,
            [.text(failure.message.prefix(bytes: 1_024)), .text(failure.isRetriable ? "1" : "0")]
                + pauses.map { .duration($0 * jitter) }
        )
    }

    /// Says that a run was stopped because the job was to be cancelled.
    package func cancelled(_ lease: JobLease) async throws(JobQueueError) -> FinishAnswer {
        try await finish(JobScripts.cancelled, "cancelled", lease, [])
    }

    /// Gives a job back unfinished: the next worker takes it first, and no try is spent.
    package func release(_ lease: JobLease) async throws(JobQueueError) -> FinishAnswer {
        try await finish(JobScripts.release, "release", lease, [])
    }

    private func finish(
        _ script: RedisScript,
        _ name: String,
        _ lease: JobLease,
        _ arguments: [ScriptArgument]
    ) async throws(JobQueueError) -> FinishAnswer {
        let reply = try await run(script, [.text(lease.job.text), .number(lease.fence)] + arguments)
        guard let parts = reply.array, let word = parts.first?.string else { throw .notUnderstood(name) }
        switch word {
        case "ended":
            guard parts.count == 2, let status = parts[1].string.flatMap({ JobStatus(rawValue: $0) }) else {
                throw .notUnderstood(name)
            }
            return .ended(status)
        case "retry":
            guard parts.count == 2, let at = parts[1].integer else { throw .notUnderstood(name) }
            return .willRetry(at: Timestamp(milliseconds: at))
        case "released": return .released
        case "said": return .alreadySaid
        case "lost": return .leaseLost
        default: throw .notUnderstood(name)
        }
    }

    private func leaseAnswer(_ value: RedisValue, _ script: String) throws(JobQueueError) -> LeaseAnswer {
        switch value.string {
        case "held": return .held
        case "cancel": return .cancelRequested
        case "lost": return .lost
        default: throw .notUnderstood(script)
        }
    }
}

extension ClaimedJob {
    /// Reads the answer of the script `claim`.
    fileprivate init?(_ parts: [RedisValue]) {
        guard parts.count == 11, let id = parts[0].string.flatMap({ JobID($0) }),
            let queue = parts[1].string.flatMap({ QueueName($0) }), let fence = parts[2].integer,
            let payload = parts[3].bytes, let kind = parts[4].string, let retryCount = parts[8].integer,
            let maxRetries = parts[9].integer, let timeout = parts[10].integer
        else { return nil }
        let text = { (index: Int) in parts[index].string.flatMap { $0.isEmpty ? nil : $0 } }
        self.init(
            lease: JobLease(job: id, queue: queue, fence: fence),
            kind: kind,
            payload: payload,
            tenant: text(5),
            productID: text(6),
            code: text(7),
            retryCount: Int(retryCount),
            maxRetries: Int(maxRetries),
            timeout: .milliseconds(timeout)
        )
    }
}

extension String {
    /// The longest beginning of whole characters that is at most so many bytes of UTF-8.
    func prefix(bytes limit: Int) -> String {
        guard utf8.count > limit else { return self }
        var text = self
        while text.utf8.count > limit { text.removeLast() }
        return text
    }
}
