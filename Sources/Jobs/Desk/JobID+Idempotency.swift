package import JobQueue
import Signing

extension JobID {
    /// The id of a job that was submitted under an idempotency key: the same for the same tenant, key and body, wherever it is
    /// worked out. So a repeat that is spooled while Redis is away is the job that Redis has.
    ///
    /// A UUID of version 8 (RFC 9562 section 5.8) of the SHA-256 of the three, each preceded by its length.
    package init(_ idempotency: IdempotencyKey, tenant: String?) {
        var input: [UInt8] = []
        for part in [Array((tenant ?? "").utf8), Array(idempotency.key.utf8), idempotency.fingerprint] {
            withUnsafeBytes(of: UInt32(truncatingIfNeeded: part.count).littleEndian) { input.append(contentsOf: $0) }
            input.append(contentsOf: part)
        }
        var bytes = Array(sha256(input).prefix(16))
        bytes[6] = bytes[6] & 0x0F | 0x80
        bytes[8] = bytes[8] & 0x3F | 0x80
        let digits = Hexadecimal.encode(bytes)
        var text = ""
        for (index, digit) in digits.enumerated() {
            if [8, 12, 16, 20].contains(index) { text.append("-") }
            text.append(digit)
        }
        // 32 digits and 4 hyphens are an id; a random one stands for what cannot be.
        self = JobID(text) ?? JobID()
    }
}
