import COpenSSL

/// The SHA-256 digest, 32 bytes (FIPS 180-4).
package func sha256(_ bytes: [UInt8]) -> [UInt8] {
    var digest = [UInt8](repeating: 0, count: 32)
    let done = unsafe EVP_Digest(bytes, bytes.count, &digest, nil, Algorithms.shared.sha256, nil)
    requireOpenSSL(done == 1)
    return digest
}

/// Random bytes for keys, from OpenSSL's generator, which the system seeds.
package func randomBytes(_ count: Int) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    let done = unsafe RAND_bytes(&bytes, CInt(count))
    requireOpenSSL(done == 1)
    return bytes
}

/// Whether two values are the same, in a time that depends on their lengths alone.
package func constantTimeEquals(_ left: [UInt8], _ right: [UInt8]) -> Bool {
    guard left.count == right.count else { return false }
    return unsafe CRYPTO_memcmp(left, right, left.count) == 0
}
