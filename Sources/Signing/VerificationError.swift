/// Why a request is not accepted as genuine. Each is one line for the author of a receiver, without secrets or signatures.
package enum VerificationError: Error, Hashable, Sendable, CustomStringConvertible {
    /// A field that is needed is missing or empty.
    case missing(header: String)
    /// A field stands there more than once: which one counts would be a guess.
    case repeated(header: String)
    /// `webhook-timestamp` is not a number of seconds.
    case invalidTimestamp
    /// Signed longer ago than the tolerance allows.
    case tooOld(seconds: Int64)
    /// Signed further in the future than the tolerance allows: one of the clocks is wrong.
    case tooNew(seconds: Int64)
    /// The field holds no signature of a form that is known.
    case noKnownSignature(header: String)
    /// No signature fits: another secret, or other bytes.
    case mismatch(header: String)
    /// `authorization` is not `Bearer` and a token of three parts.
    case malformedToken
    /// The token is signed otherwise than with HS256.
    case tokenAlgorithm
    /// The token has expired.
    case tokenExpired(seconds: Int64)
    /// A claim is missing or is not what it must be.
    case tokenClaim(String)

    package var description: String {
        switch self {
        case .missing(let header): "\(header) is missing or empty"
        case .repeated(let header): "\(header) is there more than once"
        case .invalidTimestamp: "\(SignatureHeader.timestamp) is not a number of seconds since 1970"
        case .tooOld(let seconds): "\(SignatureHeader.timestamp) is too old: \(seconds) s before this clock"
        case .tooNew(let seconds): "\(SignatureHeader.timestamp) is in the future: \(seconds) s after this clock"
        case .noKnownSignature(let header): "\(header) has no signature of a known form"
        case .mismatch(let header):
            "\(header) does not fit: another secret, or the body is not the bytes that were sent"
        case .malformedToken: "authorization is not Bearer and a JSON Web Token"
        case .tokenAlgorithm: "the token is not signed with HS256"
        case .tokenExpired(let seconds): "the token expired \(seconds) s ago"
        case .tokenClaim(let name): "the token's claim \(name) is missing or wrong"
        }
    }
}
