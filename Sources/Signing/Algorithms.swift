import COpenSSL

/// The algorithms in use, fetched from OpenSSL's providers once: the look-up costs more than hashing a kilobyte.
///
/// `@unchecked Sendable`: fetched algorithms are immutable and reference-counted by OpenSSL. They live as long as the process.
@safe final class Algorithms: @unchecked Sendable {
    static let shared = Algorithms()

    /// HMAC.
    let hmac: OpaquePointer?
    /// SHA-256.
    let sha256: OpaquePointer?

    private init() {
        unsafe hmac = EVP_MAC_fetch(nil, "HMAC", nil)
        unsafe sha256 = EVP_MD_fetch(nil, "SHA256", nil)
        requireOpenSSL(unsafe hmac != nil && sha256 != nil)
    }
}

/// Stops the process when OpenSSL cannot do what it always can: it is out of memory, its installation lacks SHA-256, or
/// the system gives no random bytes. No data leads here, and nothing could be signed any more.
func requireOpenSSL(_ done: Bool, _ function: StaticString = #function) {
    precondition(done, "OpenSSL failed in \(function)")
}
