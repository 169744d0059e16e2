/// Why a download link is not good.
package enum DownloadLinkError: Error, Hashable, Sendable, CustomStringConvertible {
    /// `expires` is not a number as links have it.
    case malformed
    /// The signature is not of this job, this time and this secret.
    case mismatch
    /// It was good once.
    case expired

    package var description: String {
        switch self {
        case .malformed: "expires must be a time in Unix seconds"
        case .mismatch: "the signature does not match"
        case .expired: "the link has expired"
        }
    }
}
