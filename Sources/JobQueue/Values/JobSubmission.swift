package import Deliveries

/// A job as it is handed to the queue: all that it will ever know of the request.
package struct JobSubmission: Hashable, Sendable {
    package var id: JobID
    package var queue: QueueName
    /// Which kind of work it is, for the worker that takes it: `pdf`. 1 to 64 bytes.
    package var kind: String
    /// A JSON object that only the worker reads, at most ``JobQueueConfiguration/payloadLimit`` bytes.
    package var payload: [UInt8]
    package var priority: JobPriority
    /// The tenant it belongs to; `nil`: none.
    package var tenant: String?
    /// For routing and search.
    package var productID: String?
    /// The caller's own code of what is rendered; for search.
    package var code: String?
    /// Where the end is announced; `nil`: the route decides.
    package var callbackURL: String?
    package var failureURL: String?
    /// Tries after the first, 0 to 25.
    package var maxRetries: Int
    /// How long one run may take.
    package var timeout: Duration
    /// Not before this time; `nil`: at once.
    package var runAt: Timestamp?
    /// When it was submitted.
    package var createdAt: Timestamp
    package var traceparent: String?
    package var idempotency: IdempotencyKey?

    /// Makes a submission; what is left out has the contract's defaults.
    package init(
        id: JobID = JobID(),
        queue: QueueName = .pdf,
        kind: String = "pdf",
        payload: [UInt8],
        priority: JobPriority = .normal,
        tenant: String? = nil,
        productID: String? = nil,
        code: String? = nil,
        callbackURL: String? = nil,
        failureURL: String? = nil,
        maxRetries: Int = 3,
        timeout: Duration = .seconds(300),
        runAt: Timestamp? = nil,
        createdAt: Timestamp,
        traceparent: String? = nil,
        idempotency: IdempotencyKey? = nil
    ) {
        self.id = id
        self.queue = queue
        self.kind = kind
        self.payload = payload
        self.priority = priority
        self.tenant = tenant
        self.productID = productID
        self.code = code
        self.callbackURL = callbackURL
        self.failureURL = failureURL
        self.maxRetries = maxRetries
        self.timeout = timeout
        self.runAt = runAt
        self.createdAt = createdAt
        self.traceparent = traceparent
        self.idempotency = idempotency
    }
}
