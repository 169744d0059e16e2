package import Deliveries
import GRDB

extension SQLiteLedger {
    package func archive(_ jobs: [ArchivedJob]) async throws(LedgerError) {
        guard !jobs.isEmpty else { return }
        try await write { db in
            for job in jobs { try Self.archive(job, in: db) }
        }
    }

    /// Remembers one job, unless a later end of it is there.
    static func archive(_ job: ArchivedJob, in db: Database) throws {
        try db.cachedStatement(sql: archiveSQL).run([
            .text(job.id), .text(job.status), .text(job.queue), .text(job.tenant), .text(job.productID),
            .text(job.code), .time(job.createdAt), .time(job.endedAt), .blob(job.document),
        ])
    }

    package func reopen(_ id: String, endedBy time: Timestamp) async throws(LedgerError) {
        try await write { db in try db.cachedStatement(sql: Self.reopenSQL).run([.text(id), .time(time)]) }
    }

    package func archivedJobs(_ ids: [String]) async throws(LedgerError) -> [ArchivedJob?] {
        guard !ids.isEmpty else { return [] }
        return try await read { db in
            let statement = try db.cachedStatement(sql: Self.archivedJobSQL)
            return try ids.map { try statement.first([.text($0)]) { try $0.archivedJob() } }
        }
    }

    package func archivedJobs(_ query: ArchivedJobQuery) async throws(LedgerError) -> Page<ArchivedJob> {
        let search = ArchivedJobSearch(query)
        let limit = max(1, min(query.limit, 200))
        return try await scan { db in
            // Not cached: there are too many shapes of it.
            let statement = try db.makeStatement(sql: search.sql)
            let found = try statement.all(search.arguments + [.integer(limit + 1)]) { try $0.archivedJob() }
            return Page(items: Array(found.prefix(limit)), hasMore: found.count > limit)
        }
    }

    package func latestDeliveries(ofEvents ids: [String]) async throws(LedgerError) -> [String: DeliverySummary] {
        guard !ids.isEmpty else { return [:] }
        return try await read { db in
            let statement = try db.cachedStatement(sql: Self.latestDeliverySQL)
            var found: [String: DeliverySummary] = [:]
            for id in ids {
                found[id] = try statement.first([.text(id)]) { try $0.deliverySummary() }
            }
            return found
        }
    }

    private static let archiveSQL = """
        INSERT INTO jobs (id, status, queue, tenant, product_id, code, created_at, ended_at, document)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT (id) DO UPDATE SET
          status = excluded.status, queue = excluded.queue, tenant = excluded.tenant, product_id = excluded.product_id,
          code = excluded.code, created_at = excluded.created_at, ended_at = excluded.ended_at, document = excluded.document
        WHERE excluded.ended_at >= jobs.ended_at
        """

    private static let reopenSQL =
        "UPDATE jobs SET status = 'queued' WHERE id = ? AND ended_at <= ? AND status IN ('failed', 'cancelled')"

    static let archivedJobSQL = "SELECT \(ArchivedJobSearch.columns) FROM jobs WHERE id = ?"

    static let latestDeliverySQL = """
        SELECT \(DeliverySearch.columns) FROM deliveries
        WHERE event = (SELECT number FROM events WHERE events.id = ?) ORDER BY deliveries.id DESC LIMIT 1
        """
}

extension RowReader {
    /// Reads ``ArchivedJobSearch/columns``.
    fileprivate mutating func archivedJob() throws -> ArchivedJob {
        ArchivedJob(
            id: try text(),
            status: try text(),
            queue: try text(),
            tenant: try optionalText(),
            productID: try optionalText(),
            code: try optionalText(),
            createdAt: try time(),
            endedAt: try time(),
            document: try bytes()
        )
    }
}
