/// Which quarantined entries to list, the newest first.
package struct QuarantineQuery: Hashable, Sendable {
    /// 1 to 200.
    package var limit: Int
    /// The last entry of the page before.
    package var after: Int64?

    /// Makes a query.
    package init(limit: Int = 50, after: Int64? = nil) {
        self.limit = limit
        self.after = after
    }
}
