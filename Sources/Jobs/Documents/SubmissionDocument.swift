import Deliveries
import Foundation
import JobQueue
import Ledger

/// A submission as JSON, without its payload, for the spool.
struct SubmissionDocument: Codable {
    var id: String
    var queue: String
    var kind: String
    var priority: String
    var tenant: String?
    var productID: String?
    var code: String?
    var callbackURL: String?
    var failureURL: String?
    var maxRetries: Int
    var timeoutMilliseconds: Int64
    var runAt: Int64?
    var createdAt: Int64
    var traceparent: String?

    enum CodingKeys: String, CodingKey {
        case id, queue, kind, priority, tenant
        case productID = "product_id"
        case code
        case callbackURL = "callback_url"
        case failureURL = "failure_url"
        case maxRetries = "max_retries"
        case timeoutMilliseconds = "timeout_ms"
        case runAt = "run_at"
        case createdAt = "created_at"
        case traceparent
    }

    init(_ submission: JobSubmission) {
        id = submission.id.text
        queue = submission.queue.text
        kind = submission.kind
        priority = submission.priority.rawValue
        tenant = submission.tenant
        productID = submission.productID
        code = submission.code
        callbackURL = submission.callbackURL
        failureURL = submission.failureURL
        maxRetries = submission.maxRetries
        timeoutMilliseconds = submission.timeout.wholeMilliseconds
        runAt = submission.runAt?.milliseconds
        createdAt = submission.createdAt.milliseconds
        traceparent = submission.traceparent
    }

    /// The submission; `nil` if a word in it is not known.
    func submission(payload: [UInt8], idempotency: IdempotencyKey?) -> JobSubmission? {
        guard let id = JobID(id), let queue = QueueName(queue), let priority = JobPriority(rawValue: priority) else {
            return nil
        }
        return JobSubmission(
            id: id,
            queue: queue,
            kind: kind,
            payload: payload,
            priority: priority,
            tenant: tenant,
            productID: productID,
            code: code,
            callbackURL: callbackURL,
            failureURL: failureURL,
            maxRetries: maxRetries,
            timeout: .milliseconds(timeoutMilliseconds),
            runAt: runAt.map { Timestamp(milliseconds: $0) },
            createdAt: Timestamp(milliseconds: createdAt),
            traceparent: traceparent,
            idempotency: idempotency
        )
    }
}

extension SpooledSubmission {
    /// The row that keeps a submission.
    init(_ submission: JobSubmission, acceptedAt: Timestamp) {
        self.init(
            id: submission.id.text,
            tenant: submission.tenant,
            idempotencyKey: submission.idempotency?.key,
            fingerprint: submission.idempotency?.fingerprint ?? [],
            acceptedAt: acceptedAt,
            document: DocumentCoding.encode(SubmissionDocument(submission)),
            payload: submission.payload
        )
    }

    /// The submission that the row keeps; `nil` if it cannot be read.
    var submission: JobSubmission? {
        DocumentCoding.decode(SubmissionDocument.self, document)?.submission(
            payload: payload,
            idempotency: idempotencyKey.map { IdempotencyKey(key: $0, fingerprint: fingerprint) }
        )
    }
}
