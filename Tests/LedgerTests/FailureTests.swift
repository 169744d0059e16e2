import Deliveries
import Foundation
import GRDB
import LedgerConformance
import Testing

@testable import Ledger

@Suite("SQLite ledger: what goes wrong")
struct FailureTests {
    @Test("a full disk is reported, changes nothing, and is forgotten once there is room")
    func full() async throws {
        try await withLedger { ledger, directory in
            try await ledger.add(Sample.delivery(1))
            try await limitPages(ledger, room: 20)
            let large = (2...101).map { (number: Int64) in
                var new = Sample.delivery(number)
                new.body = [UInt8](repeating: 0x20, count: 4_000)
                return new
            }
            let refusal = await error { try await ledger.add(large) }
            #expect(refusal?.code == .full)
            #expect(refusal?.isRetriable == true)
            #expect(refusal?.message == "\(directory.database): database or disk is full (SQLite 13)")
            #expect(try await ledger.totals().pending == 1)
            // What fits still goes, on the same connections.
            try await ledger.record([Sample.retry(1, next: Sample.time(1))])
            try await limitPages(ledger, room: 1_000_000)
            try await ledger.add(large)
            #expect(try await ledger.totals().pending == 101)
        }
    }

    private func limitPages(_ ledger: SQLiteLedger, room: Int) async throws {
        try await ledger.pool.writeWithoutTransaction { db in
            let pages = try Int.fetchOne(db, sql: "PRAGMA page_count") ?? 0
            _ = try Int.fetchOne(db, sql: "PRAGMA max_page_count = \(pages + room)")
        }
    }

    @Test("another process' lock is reported as busy while reads go on, and is forgotten once it is gone")
    func busy() async throws {
        try await withLedger(options: .init(busyTimeout: .milliseconds(20))) { ledger, directory in
            try await ledger.add(Sample.delivery(1))
            var configuration = Configuration()
            configuration.allowsUnsafeTransactions = true
            let other = try DatabaseQueue(path: directory.database, configuration: configuration)
            try await other.writeWithoutTransaction { try $0.execute(sql: "BEGIN IMMEDIATE") }
            let refusal = await error { try await ledger.record([Sample.delivered(1)]) }
            #expect(refusal?.code == .busy)
            #expect(try await ledger.totals().pending == 1)
            try await other.writeWithoutTransaction { try $0.execute(sql: "ROLLBACK") }
            try await ledger.record([Sample.delivered(1)])
            #expect(try await ledger.totals().pending == 0)
        }
    }

    @Test("a file that is no database is refused as corrupt, and left as it is")
    func garbage() async throws {
        let directory = try TemporaryDirectory()
        let garbage = Data(repeating: 0x5A, count: 8_192)
        try garbage.write(to: URL(fileURLWithPath: directory.database))
        let refusal = await error { _ = try await SQLiteLedger.open(directory: directory.path) }
        #expect(refusal?.code == .corrupt)
        #expect(refusal?.message == "\(directory.database): file is not a database (SQLite 26)")
        #expect(try Data(contentsOf: URL(fileURLWithPath: directory.database)) == garbage)
    }

    @Test("a database of another program is refused")
    func foreign() async throws {
        let directory = try TemporaryDirectory()
        let other = try DatabaseQueue(path: directory.database)
        try await other.write { try $0.execute(sql: "CREATE TABLE notes (text TEXT)") }
        try other.close()
        let refusal = await error { _ = try await SQLiteLedger.open(directory: directory.path) }
        #expect(refusal?.code == .corrupt)
        #expect(refusal?.message == "\(directory.database): not a Postback ledger")
    }

    @Test("damaged pages are reported as corrupt, not crashed on")
    func damagedPages() async throws {
        let directory = try TemporaryDirectory()
        let ledger = try await SQLiteLedger.open(directory: directory.path)
        try await ledger.add((1...500).map { Sample.delivery($0) })
        try await ledger.close()
        let file = try FileHandle(forUpdating: URL(fileURLWithPath: directory.database))
        let size = try file.seekToEnd()
        // Everything but the schema, which is at the beginning.
        try file.seek(toOffset: size / 2)
        try file.write(contentsOf: Data(repeating: 0xA5, count: Int(size / 2)))
        try file.close()
        let damaged = try await SQLiteLedger.open(directory: directory.path)
        let refusal = await error {
            for id in 1...500 { _ = try await damaged.delivery(DeliveryID(rawValue: Int64(id))) }
            _ = try await damaged.deliveries(DeliveryQuery())
        }
        #expect(refusal?.code == .corrupt)
        try await damaged.close()
    }

    @Test("a ledger of a newer version is refused")
    func tooNew() async throws {
        let directory = try TemporaryDirectory()
        let ledger = try await SQLiteLedger.open(directory: directory.path)
        try await ledger.pool.write { try $0.execute(sql: "INSERT INTO grdb_migrations VALUES ('v999')") }
        try await ledger.close()
        for readOnly in [false, true] {
            let refusal = await error { _ = try await SQLiteLedger.open(directory: directory.path, readOnly: readOnly) }
            #expect(refusal?.code == .tooNew)
            #expect(refusal?.isRetriable == false)
        }
    }

    @Test(
        "a word that is not known names its column",
        arguments: [
            ("deliveries", "status"), ("deliveries", "last_outcome"), ("attempts", "outcome"), ("attempts", "trigger"),
            ("attempts", "failure"),
        ]
    )
    func unknownWord(table: String, column: String) async throws {
        try await withLedger { ledger, directory in
            try await ledger.add(Sample.delivery(1))
            try await ledger.record([Sample.retry(1, next: Sample.time(1))])
            try await ledger.pool.write { try $0.execute(sql: "UPDATE \(table) SET \(column) = 'novel'") }
            let refusal = await error { _ = try await ledger.delivery(DeliveryID(rawValue: 1)) }
            #expect(refusal?.code == .damagedRow)
            let expected = "\(directory.database): column \(column) holds a value that is not understood"
            #expect(refusal?.message == expected)
        }
    }

    @Test("fields that were not written by this program are reported as damaged")
    func unknownFields() async throws {
        try await withLedger { ledger, _ in
            _ = try await ledger.admit([.quarantine(Sample.quarantine("1-0"))])
            try await ledger.pool.write { try $0.execute(sql: "UPDATE quarantine SET fields = x'FFFF'") }
            let refusal = await error { _ = try await ledger.quarantine(QuarantineQuery()) }
            #expect(refusal?.code == .damagedRow)
        }
    }

    @Test("a table that is gone is no fault of what is written: it may be written once the table is back")
    func missingTable() async throws {
        try await withLedger { ledger, _ in
            try await ledger.pool.write { try $0.execute(sql: "ALTER TABLE deliveries RENAME TO elsewhere") }
            let refusal = await error { try await ledger.add(Sample.delivery(1)) }
            #expect(refusal?.code == .inaccessible)
            #expect(refusal?.isRetriable == true)
            try await ledger.pool.write { try $0.execute(sql: "ALTER TABLE elsewhere RENAME TO deliveries") }
            try await ledger.add(Sample.delivery(1))
            #expect(try await ledger.totals().pending == 1)
        }
    }

    @Test("a directory that cannot be made is reported")
    func noDirectory() async throws {
        let directory = try TemporaryDirectory()
        try Data().write(to: URL(fileURLWithPath: directory.path + "/file"))
        let refusal = await error { _ = try await SQLiteLedger.open(directory: directory.path + "/file/data") }
        #expect(refusal?.code == .inaccessible)
    }

    @Test("a closed ledger throws")
    func closed() async throws {
        try await withLedger { ledger, _ in
            try await ledger.close()
            #expect(await error { _ = try await ledger.totals() } != nil)
            #expect(await error { try await ledger.add(Sample.delivery(1)) } != nil)
        }
    }

    @Test("messages hold nothing that was stored")
    func secrecy() async throws {
        try await withLedger { ledger, _ in
            try await ledger.add(Sample.delivery(1))
            var clashing = Sample.delivery(1, eventID: "evt_secret")
            clashing.url = "https://example.com/?signature=secret"
            let refusal = await error { try await ledger.add(clashing) }
            #expect(refusal?.code == .internal)
            #expect(refusal?.description.contains("secret") == false)
        }
    }
}
