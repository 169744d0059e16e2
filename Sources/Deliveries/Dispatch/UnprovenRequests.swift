/// Requests in flight to a destination that is not known to answer.
struct UnprovenRequests: Hashable, Sendable {
    /// To one that answered until it fell silent.
    var silent = 0
    /// To any other.
    var others = 0
}
