import Deliveries
import GRDB

extension SQLiteLedger {
    package func spool(_ submission: SpooledSubmission, bound: Int) async throws(LedgerError) -> SpoolAnswer {
        try await write { db in
            let known = try db.cachedStatement(sql: "SELECT id FROM job_spool WHERE id = ?")
                .first([.text(submission.id)]) { try $0.text() }
            if let known { return .repeated(known) }
            if let key = submission.idempotencyKey {
                let holder = try db.cachedStatement(sql: Self.spooledKeySQL)
                    .first([.text(submission.tenant ?? ""), .text(key)]) { (try $0.text(), try $0.bytes()) }
                if let (id, fingerprint) = holder {
                    return fingerprint == submission.fingerprint ? .repeated(id) : .conflict(id)
                }
            }
            guard try Self.spooledCount(in: db) < bound else { return .full }
            try db.cachedStatement(
                sql: """
                    INSERT INTO job_spool (id, tenant, idempotency_key, fingerprint, accepted_at, document, payload)
                    VALUES (?, ?, ?, ?, ?, ?, ?)
                    """
            )
            .run([
                .text(submission.id), .text(submission.tenant ?? ""), .text(submission.idempotencyKey),
                .blob(submission.fingerprint), .time(submission.acceptedAt), .blob(submission.document),
                .blob(submission.payload),
            ])
            return .spooled
        }
    }

    package func spooledSubmissions(limit: Int) async throws(LedgerError) -> [SpooledSubmission] {
        try await read { db in
            try db.cachedStatement(sql: "SELECT \(Self.spoolColumns) FROM job_spool ORDER BY number LIMIT ?")
                .all([.integer(max(0, limit))]) { try $0.spooledSubmission() }
        }
    }

    package func spooledSubmissions(_ ids: [String]) async throws(LedgerError) -> [SpooledSubmission?] {
        guard !ids.isEmpty else { return [] }
        return try await read { db in
            let statement = try db.cachedStatement(sql: "SELECT \(Self.spoolColumns) FROM job_spool WHERE id = ?")
            return try ids.map { try statement.first([.text($0)]) { try $0.spooledSubmission() } }
        }
    }

    package func spooledCount() async throws(LedgerError) -> Int {
        try await read { try Self.spooledCount(in: $0) }
    }

    package func unspool(_ id: String, as job: ArchivedJob?) async throws(LedgerError) {
        try await write { db in
            try db.cachedStatement(sql: "DELETE FROM job_spool WHERE id = ?").run([.text(id)])
            if let job { try Self.archive(job, in: db) }
        }
    }

    private static func spooledCount(in db: Database) throws -> Int {
        try db.cachedStatement(sql: spooledCountSQL).first([]) { try $0.count() } ?? 0
    }

    private static let spoolColumns = "id, tenant, idempotency_key, fingerprint, accepted_at, document, payload"

    static let spooledKeySQL = "SELECT id, fingerprint FROM job_spool WHERE tenant = ? AND idempotency_key = ?"

    static let spooledCountSQL = "SELECT count(*) FROM job_spool"
}

extension RowReader {
    fileprivate mutating func spooledSubmission() throws -> SpooledSubmission {
        let id = try text()
        let tenant = try text()
        return SpooledSubmission(
            id: id,
            tenant: tenant.isEmpty ? nil : tenant,
            idempotencyKey: try optionalText(),
            fingerprint: try bytes(),
            acceptedAt: try time(),
            document: try bytes(),
            payload: try bytes()
        )
    }
}
