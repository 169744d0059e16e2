/// What makes a repeated submission the same job: the caller's key, and a digest of what was asked.
package struct IdempotencyKey: Hashable, Sendable {
    /// As sent in `Idempotency-Key`, 1 to 255 bytes. It counts within its tenant.
    package var key: String
    /// A digest of the request's body: the same key with another body is a conflict.
    package var fingerprint: [UInt8]

    package init(key: String, fingerprint: [UInt8]) {
        self.key = key
        self.fingerprint = fingerprint
    }
}
