package import Deliveries

/// A submission as the spool keeps it.
package struct SpooledSubmission: Hashable, Sendable {
    /// The job's id.
    package var id: String
    package var tenant: String?
    /// The caller's key, which counts within the tenant, and a digest of what it stands for.
    package var idempotencyKey: String?
    package var fingerprint: [UInt8]
    package var acceptedAt: Timestamp
    /// The submission without its payload, in the form of whoever wrote it.
    package var document: [UInt8]
    package var payload: [UInt8]

    package init(
        id: String,
        tenant: String?,
        idempotencyKey: String?,
        fingerprint: [UInt8],
        acceptedAt: Timestamp,
        document: [UInt8],
        payload: [UInt8]
    ) {
        self.id = id
        self.tenant = tenant
        self.idempotencyKey = idempotencyKey
        self.fingerprint = fingerprint
        self.acceptedAt = acceptedAt
        self.document = document
        self.payload = payload
    }
}
