/// Reads the `Retry-After` field (RFC 9110 section 10.2.3): whole seconds, or an HTTP date.
package enum RetryAfter {
    /// 1 s: a shorter wish is raised to this, in milliseconds.
    package static let minimum: Int64 = 1000
    /// 24 h: a longer wish is cut to this, in milliseconds.
    package static let maximum: Int64 = 24 * 3600 * 1000

    /// The wish in milliseconds from `now`, held between ``minimum`` and ``maximum``; `nil` when the value cannot be read.
    package static func milliseconds(_ value: String, now: Timestamp) -> Int64? {
        let text = value.utf8.count <= 64 ? value : ""
        if !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) {
            let seconds = text.utf8.reduce(Int64(0)) {
                $0.multipliedSaturating(by: 10).addingSaturating(Int64($1) - 0x30)
            }
            return clamp(seconds.multipliedSaturating(by: 1000))
        }
        return Timestamp(httpDate: text).map { clamp($0.milliseconds(since: now)) }
    }

    private static func clamp(_ wish: Int64) -> Int64 { min(max(wish, minimum), maximum) }
}
