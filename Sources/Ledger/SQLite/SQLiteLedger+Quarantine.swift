import Deliveries
import GRDB

extension SQLiteLedger {
    package func quarantine(_ query: QuarantineQuery) async throws(LedgerError) -> Page<QuarantineEntry> {
        let limit = max(1, min(query.limit, 200))
        return try await scan { db in
            let found = try db.cachedStatement(
                sql: """
                    SELECT id, entry_id, field, reason, received_at, fields FROM quarantine
                    WHERE id < ? ORDER BY id DESC LIMIT ?
                    """
            )
            .all([.integer(query.after ?? .max), .integer(limit + 1)]) { try $0.quarantineEntry().shortened() }
            return Page(items: Array(found.prefix(limit)), hasMore: found.count > limit)
        }
    }

    package func quarantineEntry(_ id: Int64) async throws(LedgerError) -> QuarantineEntry? {
        try await read { db in
            try db.cachedStatement(
                sql: "SELECT id, entry_id, field, reason, received_at, fields FROM quarantine WHERE id = ?"
            )
            .first([.integer(id)]) { try $0.quarantineEntry() }
        }
    }

    package func redrive(_ id: Int64, as request: AdmissionRequest) async throws(LedgerError) -> Admission? {
        try await write { db in
            let exists = try db.cachedStatement(sql: "SELECT 1 FROM quarantine WHERE id = ?").first([.integer(id)]) {
                try $0.flag()
            }
            guard exists == true else { return nil }
            switch request {
            case .quarantine(let entry):
                try Self.update(id, field: entry.field, reason: entry.reason, in: db)
                return .quarantined
            case .delivery(let delivery):
                var intake = Intake(db)
                let admission = try intake.add([delivery]).first
                try intake.finish()
                if admission == .conflict {
                    let conflict = NewQuarantineEntry.conflict(of: delivery)
                    try Self.update(id, field: conflict.field, reason: conflict.reason, in: db)
                } else {
                    try db.cachedStatement(sql: Self.discardSQL).run([.integer(id)])
                }
                return admission
            }
        }
    }

    package func discardQuarantineEntry(_ id: Int64) async throws(LedgerError) -> Bool {
        try await write { db in
            try db.cachedStatement(sql: Self.discardSQL).run([.integer(id)])
            return db.changesCount == 1
        }
    }

    private static let discardSQL = "DELETE FROM quarantine WHERE id = ?"

    private static func update(_ id: Int64, field: String, reason: String, in db: Database) throws {
        try db.cachedStatement(sql: "UPDATE quarantine SET field = ?, reason = ? WHERE id = ?")
            .run([.text(field), .text(reason), .integer(id)])
    }
}

extension RowReader {
    fileprivate mutating func quarantineEntry() throws -> QuarantineEntry {
        let id = try integer()
        let entryID = try text()
        let field = try text()
        let reason = try text()
        let receivedAt = try time()
        guard let fields = StoredFields.decode(try bytes()) else { throw damaged() }
        return QuarantineEntry(
            id: id,
            source: StreamSource(entryID: entryID, fields: fields),
            field: field,
            reason: reason,
            receivedAt: receivedAt
        )
    }
}
