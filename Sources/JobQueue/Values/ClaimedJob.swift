/// A job that a worker holds under a lease.
package struct ClaimedJob: Hashable, Sendable {
    package var lease: JobLease
    package var kind: String
    /// The JSON object that was submitted.
    package var payload: [UInt8]
    package var tenant: String?
    package var productID: String?
    package var code: String?
    /// Tries after the first: 0 on the first run.
    package var retryCount: Int
    package var maxRetries: Int
    /// How long this run may take.
    package var timeout: Duration

    package init(
        lease: JobLease,
        kind: String,
        payload: [UInt8],
        tenant: String? = nil,
        productID: String? = nil,
        code: String? = nil,
        retryCount: Int,
        maxRetries: Int,
        timeout: Duration
    ) {
        self.lease = lease
        self.kind = kind
        self.payload = payload
        self.tenant = tenant
        self.productID = productID
        self.code = code
        self.retryCount = retryCount
        self.maxRetries = maxRetries
        self.timeout = timeout
    }
}
