import Foundation
import GRDB
import LedgerConformance
import Testing

@testable import Ledger

@Suite("SQLite ledger: migrations")
struct SchemaTests {
    @Test("every released schema is brought to the one that a new ledger gets", arguments: SchemaFixture.all)
    func migrates(_ fixture: SchemaFixture) async throws {
        let directory = try TemporaryDirectory()
        let old = try DatabaseQueue(path: directory.database)
        try await old.write { try $0.execute(sql: fixture.sql) }
        try old.close()
        let migrated = try await SQLiteLedger.open(directory: directory.path)
        try await withLedger { new, _ in
            let expected = try await schema(of: new)
            #expect(try await schema(of: migrated) == expected)
            let mark = try await applicationID(of: new)
            #expect(try await applicationID(of: migrated) == mark)
        }
        // And what was stored is still understood.
        let delivery = try #require(try await migrated.deliveries(DeliveryQuery()).items.first)
        #expect(delivery.eventID == "evt_1")
        #expect(try await migrated.delivery(delivery.id)?.attempts.count == 1)
        #expect(try await migrated.quarantine(QuarantineQuery()).items.map(\.source.entryID) == ["1-0"])
        #expect(try await migrated.totals().pending == 1)
        if fixture.migration != "v1" {
            #expect(try await migrated.archivedJobs(ArchivedJobQuery()).items.map(\.id) == ["job-1"])
            #expect(try await migrated.spooledSubmissions(limit: 10).map(\.id) == ["job-2"])
        }
        try await migrated.close()
    }

    @Test("jobs of before are found by their code")
    func codes() async throws {
        let directory = try TemporaryDirectory()
        let old = try DatabaseQueue(path: directory.database)
        let fixture = try #require(SchemaFixture.all.first { $0.migration == "v2" })
        try await old.write { db in
            try db.execute(sql: fixture.sql)
            let documents = [#"{"code":"Ü/1"}"#, #"{"code":null}"#, #"{"code":7}"#, "no JSON"]
            for (index, document) in documents.enumerated() {
                try db.execute(
                    sql: "INSERT INTO jobs VALUES (NULL, ?, 'failed', 'pdf', NULL, NULL, 1, 2, CAST(? AS BLOB))",
                    arguments: ["old-\(index)", document]
                )
            }
        }
        try old.close()
        let ledger = try await SQLiteLedger.open(directory: directory.path)
        var query = ArchivedJobQuery()
        query.code = "Ü/1"
        #expect(try await ledger.archivedJobs(query).items.map(\.id) == ["old-0"])
        #expect(try await ledger.archivedJobs(ArchivedJobQuery()).items.count == 5)
        try await ledger.close()
    }

    @Test("a first start that was cut short is taken up: the file has the list of migrations and nothing else")
    func takesUpFirstStart() async throws {
        let directory = try TemporaryDirectory()
        let cut = try DatabaseQueue(path: directory.database)
        var migrator = DatabaseMigrator()
        migrator.registerMigration("v1") { _ in throw CancellationError() }
        #expect(throws: (any Error).self) { try migrator.migrate(cut) }
        #expect(try await cut.read { try $0.tableExists("grdb_migrations") })
        try cut.close()
        let ledger = try await SQLiteLedger.open(directory: directory.path)
        #expect(try await ledger.totals().pending == 0)
        try await ledger.close()
    }

    @Test("there is a fixture of every migration")
    func fixtures() {
        #expect(SchemaFixture.all.map(\.migration) == LedgerSchema.migrator.migrations)
    }

    private func schema(of ledger: SQLiteLedger) async throws -> [String] {
        try await ledger.pool.read { db in
            try String.fetchAll(
                db,
                sql: "SELECT type || ' ' || name || ': ' || coalesce(sql, '') FROM sqlite_schema ORDER BY type, name"
            )
        }
    }

    private func applicationID(of ledger: SQLiteLedger) async throws -> Int? {
        try await ledger.pool.read { try Int.fetchOne($0, sql: "PRAGMA application_id") }
    }
}
