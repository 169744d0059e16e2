import Deliveries
import HTTPTypes

/// Whether a request may be made, and how its caller stands.
struct RateDecision: Hashable, Sendable {
    /// Requests in a window.
    var limit: Int
    /// How many more may be made at once.
    var remaining: Int
    /// When the present window ends; once none remain, when the next request fits.
    var resetsAt: Timestamp
    /// Milliseconds until the next one fits; `nil`: this one may be made.
    var wait: Int64?

    /// The headers of the answer (contract section 5). The time of the reset is in Unix seconds, rounded up.
    var headers: HTTPFields {
        var headers = HTTPFields()
        headers[field: .rateLimit] = String(limit)
        headers[field: .rateRemaining] = String(remaining)
        headers[field: .rateReset] = String(resetsAt.advanced(byMilliseconds: 999).seconds)
        return headers
    }

    /// Seconds to wait, rounded up, for `Retry-After`.
    var retryAfter: Int? { wait.map { max(1, Int(($0 + 999) / 1000)) } }
}
