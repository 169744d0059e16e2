import COpenSSL

/// The SHA-256 digest, 32 bytes (FIPS 180-4).
package func sha256(_ bytes: [UInt8]) -> [UInt8] {
    unsafe [UInt8](unsafeUninitializedCapacity: 32) { digest, count in
        let done = unsafe EVP_Digest(bytes, bytes.count, digest.baseAddress, nil, Algorithms.shared.sha256, nil)
        requireOpenSSL(done == 1)
        count = 32
    }
}

/// Random bytes for keys, from OpenSSL's generator, which the system seeds.
package func randomBytes(_ count: Int) -> [UInt8] {
    unsafe [UInt8](unsafeUninitializedCapacity: count) { bytes, written in
        requireOpenSSL(unsafe RAND_bytes(bytes.baseAddress, CInt(count)) == 1)
        written = count
    }
}

/// Whether two values are the same, in a time that depends on their lengths alone.
package func constantTimeEquals(_ left: [UInt8], _ right: [UInt8]) -> Bool {
    guard left.count == right.count else { return false }
    return unsafe CRYPTO_memcmp(left, right, left.count) == 0
}
