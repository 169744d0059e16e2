import Deliveries
import Foundation
import JobQueue
import Ledger

/// A job's record as JSON, for the ledger. Fields may be added; one that was written is never given another meaning.
struct JobRecordDocument: Codable {
    var id: String
    var queue: String
    var kind: String
    var status: String
    var priority: String
    var tenant: String?
    var productID: String?
    var code: String?
    var progress: Int
    var stage: String?
    /// The result's own text, not decoded: it is what the worker wrote.
    var result: String?
    var error: String?
    var retryCount: Int
    var maxRetries: Int
    var timeoutMilliseconds: Int64
    var nextRetryAt: Int64?
    var runAt: Int64?
    var createdAt: Int64
    var startedAt: Int64?
    var updatedAt: Int64
    var completedAt: Int64?
    var callbackURL: String?
    var failureURL: String?
    var eventID: String?
    var cancelledBy: String?

    enum CodingKeys: String, CodingKey {
        case id, queue, kind, status, priority, tenant
        case productID = "product_id"
        case code, progress, stage, result, error
        case retryCount = "retry_count"
        case maxRetries = "max_retries"
        case timeoutMilliseconds = "timeout_ms"
        case nextRetryAt = "next_retry_at"
        case runAt = "run_at"
        case createdAt = "created_at"
        case startedAt = "started_at"
        case updatedAt = "updated_at"
        case completedAt = "completed_at"
        case callbackURL = "callback_url"
        case failureURL = "failure_url"
        case eventID = "event_id"
        case cancelledBy = "cancelled_by"
    }

    init(_ job: JobRecord) {
        id = job.id.text
        queue = job.queue.text
        kind = job.kind
        status = job.status.rawValue
        priority = job.priority.rawValue
        tenant = job.tenant
        productID = job.productID
        code = job.code
        progress = job.progress.percent
        stage = job.progress.stage
        result = job.result.map { String(decoding: $0, as: UTF8.self) }
        error = job.error
        retryCount = job.retryCount
        maxRetries = job.maxRetries
        timeoutMilliseconds = job.timeout.wholeMilliseconds
        nextRetryAt = job.nextRetryAt?.milliseconds
        runAt = job.runAt?.milliseconds
        createdAt = job.createdAt.milliseconds
        startedAt = job.startedAt?.milliseconds
        updatedAt = job.updatedAt.milliseconds
        completedAt = job.completedAt?.milliseconds
        callbackURL = job.callbackURL
        failureURL = job.failureURL
        eventID = job.eventID
        cancelledBy = job.cancelledBy
    }

    /// The record; `nil` if a word in it is not known.
    var record: JobRecord? {
        guard let id = JobID(id), let queue = QueueName(queue), let status = JobStatus(rawValue: status),
            let priority = JobPriority(rawValue: priority)
        else { return nil }
        let submission = JobSubmission(
            id: id,
            queue: queue,
            kind: kind,
            payload: [],
            priority: priority,
            tenant: tenant,
            productID: productID,
            code: code,
            callbackURL: callbackURL,
            failureURL: failureURL,
            maxRetries: maxRetries,
            timeout: .milliseconds(timeoutMilliseconds),
            runAt: runAt.map { Timestamp(milliseconds: $0) },
            createdAt: Timestamp(milliseconds: createdAt)
        )
        var record = JobRecord(submission)
        record.status = status
        record.progress = JobProgress(percent: progress, stage: stage)
        record.result = result.map { Array($0.utf8) }
        record.error = error
        record.retryCount = retryCount
        record.nextRetryAt = nextRetryAt.map { Timestamp(milliseconds: $0) }
        record.startedAt = startedAt.map { Timestamp(milliseconds: $0) }
        record.updatedAt = Timestamp(milliseconds: updatedAt)
        record.completedAt = completedAt.map { Timestamp(milliseconds: $0) }
        record.eventID = eventID
        record.cancelledBy = cancelledBy
        return record
    }
}

extension ArchivedJob {
    /// The row that remembers a job.
    init(_ job: JobRecord) {
        self.init(
            id: job.id.text,
            status: job.status.rawValue,
            queue: job.queue.text,
            tenant: job.tenant,
            productID: job.productID,
            code: job.code,
            createdAt: job.createdAt,
            endedAt: job.completedAt ?? job.updatedAt,
            document: DocumentCoding.encode(JobRecordDocument(job))
        )
    }

    /// The job that the row remembers; `nil` if it cannot be read.
    var record: JobRecord? { DocumentCoding.decode(JobRecordDocument.self, document)?.record }

    /// Whether it has been run again since: Redis knows how it stands.
    var isReopened: Bool { JobStatus(rawValue: status)?.isEnd != true }
}
