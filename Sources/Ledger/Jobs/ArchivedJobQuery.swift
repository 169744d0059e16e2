package import Deliveries

/// Which archived jobs to list; what is `nil` does not restrict.
package struct ArchivedJobQuery: Hashable, Sendable {
    /// A place in the list: the jobs after it were made earlier, or at the same time with a smaller id.
    package struct Position: Hashable, Sendable {
        package var createdAt: Timestamp
        package var id: String

        package init(createdAt: Timestamp, id: String) {
            self.createdAt = createdAt
            self.id = id
        }
    }

    package var status: String?
    package var queue: String?
    package var productID: String?
    package var code: String?
    package var tenant: String?
    /// Made at this time or later.
    package var since: Timestamp?
    /// Made before this time.
    package var until: Timestamp?
    /// 1 to 200.
    package var limit: Int
    /// The last job of the page before.
    package var after: Position?

    /// Makes a query that nothing restricts.
    package init(limit: Int = 50, after: Position? = nil) {
        self.limit = limit
        self.after = after
    }
}
