import GRDB

/// The statement that an ``ArchivedJobQuery`` amounts to. Each of the things that a list is filtered by has an index in the
/// order of the list.
struct ArchivedJobSearch {
    /// Ends with the one argument that is not in ``arguments``: the limit.
    let sql: String
    let arguments: [StoredValue]

    static let columns = "id, status, queue, tenant, product_id, created_at, ended_at, document"

    init(_ query: ArchivedJobQuery) {
        var conditions: [String] = []
        var arguments: [StoredValue] = []
        func require(_ condition: String, _ value: StoredValue?) {
            guard let value else { return }
            conditions.append(condition)
            arguments.append(value)
        }

        require("status = ?", query.status.map { .text($0) })
        require("queue = ?", query.queue.map { .text($0) })
        require("product_id = ?", query.productID.map { .text($0) })
        require("tenant = ?", query.tenant.map { .text($0) })
        require("created_at >= ?", query.since.map { .time($0) })
        require("created_at < ?", query.until.map { .time($0) })
        if let after = query.after {
            conditions.append("(created_at, id) < (?, ?)")
            arguments += [.time(after.createdAt), .text(after.id)]
        }
        let restriction = conditions.isEmpty ? "" : "WHERE " + conditions.joined(separator: " AND ")
        sql = "SELECT \(Self.columns) FROM jobs \(restriction) ORDER BY created_at DESC, id DESC LIMIT ?"
        self.arguments = arguments
    }
}
