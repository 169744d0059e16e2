internal import Deliveries
internal import RedisClient

extension JobRecord {
    /// The fields of a job's hash, and of an entry of the archive, that make up a record.
    static let fields = [
        "id", "queue", "kind", "status", "priority", "tenant", "product_id", "code", "progress", "stage", "result",
        "error",
        "retry_count", "max_retries", "timeout_ms", "next_retry_at", "run_at", "created_at", "started_at", "updated_at",
        "completed_at", "callback_url", "failure_url", "event_id", "worker", "cancel_requested", "cancelled_by",
    ]

    /// Those that only the scripts use.
    static let internalFields = [
        "fence", "said", "recoveries", "ends", "entry", "level", "sequence", "traceparent",
    ]

    /// Reads the values of ``fields``, in their order; `nil` if they are not those of a job. An empty one is none.
    init?(_ values: [RedisValue]) {
        guard values.count == Self.fields.count else { return nil }
        self.init(Dictionary(zip(Self.fields, values.map(\.bytes))) { first, _ in first })
    }

    /// Reads an entry of the archive.
    init?(_ entry: RedisStreamEntry) {
        let pairs = entry.fields.map { (String(decoding: $0.name, as: UTF8.self), Optional($0.value)) }
        self.init(Dictionary(pairs) { first, _ in first })
    }

    private init?(_ values: [String: [UInt8]?]) {
        let bytes = { (name: String) -> [UInt8]? in
            guard let value = values[name], let value, !value.isEmpty else { return nil }
            return value
        }
        let text = { (name: String) in bytes(name).map { String(decoding: $0, as: UTF8.self) } }
        let number = { (name: String) in text(name).flatMap { Int64($0) } }
        let time = { (name: String) in number(name).map { Timestamp(milliseconds: $0) } }
        guard let id = text("id").flatMap({ JobID($0) }), let queue = text("queue").flatMap({ QueueName($0) }),
            let kind = text("kind"), let status = text("status").flatMap({ JobStatus(rawValue: $0) }),
            let priority = text("priority").flatMap({ JobPriority(rawValue: $0) }),
            let createdAt = time("created_at"), let updatedAt = time("updated_at"),
            let maxRetries = number("max_retries"),
            let timeout = number("timeout_ms")
        else { return nil }
        let submission = JobSubmission(
            id: id,
            queue: queue,
            kind: kind,
            payload: [],
            priority: priority,
            tenant: text("tenant"),
            productID: text("product_id"),
            code: text("code"),
            callbackURL: text("callback_url"),
            failureURL: text("failure_url"),
            maxRetries: Int(maxRetries),
            timeout: .milliseconds(timeout),
            runAt: time("run_at"),
            createdAt: createdAt
        )
        self.init(submission)
        self.status = status
        progress = JobProgress(percent: Int(number("progress") ?? 0), stage: text("stage"))
        result = bytes("result")
        error = text("error")
        retryCount = Int(number("retry_count") ?? 0)
        nextRetryAt = time("next_retry_at")
        startedAt = time("started_at")
        self.updatedAt = updatedAt
        completedAt = time("completed_at")
        eventID = text("event_id")
        worker = text("worker")
        isCancelRequested = text("cancel_requested") != nil
        cancelledBy = text("cancelled_by")
    }
}
