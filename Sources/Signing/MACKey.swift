import COpenSSL

/// A key set up for HMAC-SHA256 (RFC 2104, FIPS 180-4).
///
/// Setting a key up costs more than hashing a kilobyte, so it is done once; every message is then computed on a duplicate.
///
/// `@unchecked Sendable`: the context is never changed after the initialiser. OpenSSL reads it through a `const` pointer when
/// it duplicates it, which several threads may do at once; the duplicates belong to one call each.
@safe final class MACKey: @unchecked Sendable {
    /// Bytes of a code.
    static let length = 32

    /// Owned; freed in `deinit`.
    private let context: OpaquePointer?

    /// Sets up a key of any length.
    init(_ key: [UInt8]) {
        let context = unsafe EVP_MAC_CTX_new(Algorithms.shared.hmac)
        unsafe self.context = context
        let ready = unsafe "SHA256".withCString { name in
            // OpenSSL keeps the pointers in the parameters until `EVP_MAC_init` returns, hence the scopes around both.
            unsafe OSSL_MAC_PARAM_DIGEST.withCString { parameter in
                let parameters = unsafe [
                    OSSL_PARAM_construct_utf8_string(parameter, UnsafeMutablePointer(mutating: name), 0),
                    OSSL_PARAM_construct_end(),
                ]
                return unsafe EVP_MAC_init(context, key, key.count, parameters)
            }
        }
        requireOpenSSL(ready == 1)
    }

    deinit {
        unsafe EVP_MAC_CTX_free(context)
    }

    /// The code of `head` followed by `body`, which are not joined for it.
    func code(head: [UInt8] = [], of body: [UInt8]) -> [UInt8] {
        let duplicate = unsafe EVP_MAC_CTX_dup(context)
        defer { unsafe EVP_MAC_CTX_free(duplicate) }
        var code = [UInt8](repeating: 0, count: Self.length)
        var written = 0
        let done =
            unsafe EVP_MAC_update(duplicate, head, head.count) == 1
            && EVP_MAC_update(duplicate, body, body.count) == 1
            && EVP_MAC_final(duplicate, &code, &written, code.count) == 1
        requireOpenSSL(done && written == code.count)
        return code
    }
}
