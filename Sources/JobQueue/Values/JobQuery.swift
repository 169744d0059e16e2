package import Deliveries

/// Which jobs a list shows; what is `nil` does not count.
package struct JobQuery: Hashable, Sendable {
    package var status: JobStatus?
    package var queue: QueueName?
    package var productID: String?
    /// What the submitter called the document.
    package var code: String?
    package var tenant: String?
    /// Created at this time or later.
    package var since: Timestamp?
    /// Created before this time.
    package var until: Timestamp?

    package init(
        status: JobStatus? = nil,
        queue: QueueName? = nil,
        productID: String? = nil,
        code: String? = nil,
        tenant: String? = nil,
        since: Timestamp? = nil,
        until: Timestamp? = nil
    ) {
        self.status = status
        self.queue = queue
        self.productID = productID
        self.code = code
        self.tenant = tenant
        self.since = since
        self.until = until
    }

    /// Whether the list shows this job.
    package func includes(_ job: JobRecord) -> Bool {
        (status.map { $0 == job.status } ?? true)
            && (queue.map { $0 == job.queue } ?? true)
            && (productID.map { $0 == job.productID } ?? true)
            && (code.map { $0 == job.code } ?? true)
            && (tenant == nil || tenant.hasSameBytes(as: job.tenant))
            && (since.map { job.createdAt >= $0 } ?? true)
            && (until.map { job.createdAt < $0 } ?? true)
    }
}
