package import Deliveries

/// A job that has ended, as the ledger keeps it.
package struct ArchivedJob: Hashable, Sendable {
    package var id: String
    package var status: String
    package var queue: String
    package var tenant: String?
    package var productID: String?
    /// What the submitter called the document.
    package var code: String?
    package var createdAt: Timestamp
    package var endedAt: Timestamp
    /// All that is known of the job, in the form of whoever wrote it.
    package var document: [UInt8]

    package init(
        id: String,
        status: String,
        queue: String,
        tenant: String?,
        productID: String?,
        code: String?,
        createdAt: Timestamp,
        endedAt: Timestamp,
        document: [UInt8]
    ) {
        self.id = id
        self.status = status
        self.queue = queue
        self.tenant = tenant
        self.productID = productID
        self.code = code
        self.createdAt = createdAt
        self.endedAt = endedAt
        self.document = document
    }
}
