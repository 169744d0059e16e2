import GRDB

/// The statement that an ``ArchivedJobQuery`` amounts to. Each of the things that a list is filtered by has an index in the
/// order of the list.
struct ArchivedJobSearch {
    /// Ends with the one argument that is not in ``arguments``: the limit.
    let sql: String
    let arguments: [StoredValue]

    static let columns = "id, status, queue, tenant, product_id, code, created_at, ended_at, document"

    init(_ query: ArchivedJobQuery) {
        var search = SearchConditions()
        search.require("status = ?", query.status.map { .text($0) })
        search.require("queue = ?", query.queue.map { .text($0) })
        search.require("product_id = ?", query.productID.map { .text($0) })
        search.require("code = ?", query.code.map { .text($0) })
        search.require("tenant = ?", query.tenant.map { .text($0) })
        search.require("created_at >= ?", query.since.map { .time($0) })
        search.require("created_at < ?", query.until.map { .time($0) })
        if let after = query.after {
            search.require("(created_at, id) < (?, ?)", [.time(after.createdAt), .text(after.id)])
        }
        sql = "SELECT \(Self.columns) FROM jobs \(search.clause) ORDER BY created_at DESC, id DESC LIMIT ?"
        arguments = search.arguments
    }
}
