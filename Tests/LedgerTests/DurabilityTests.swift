import Foundation
import GRDB
import LedgerConformance
import Testing

@testable import Ledger

@Suite("SQLite ledger: durability")
struct DurabilityTests {
    @Test("what was committed is in the files when the call returns")
    func crash() async throws {
        try await withLedger { ledger, directory in
            try await ledger.add((1...100).map { Sample.delivery($0) })
            try await ledger.record((1...50).map { Sample.delivered($0) })
            // The files as a killed process would leave them.
            let copy = try TemporaryDirectory()
            for suffix in ["", "-wal"] {
                try FileManager.default.copyItem(atPath: directory.database + suffix, toPath: copy.database + suffix)
            }
            let recovered = try await SQLiteLedger.open(directory: copy.path)
            #expect(try await recovered.totals().pending == 50)
            let statistics = try await recovered.destinationStatistics(since: Sample.start)
            #expect(statistics.map(\.delivered) == [50])
            try await recovered.close()
        }
    }

    @Test("the writer waits for the disk: write-ahead log, synchronous=FULL")
    func pragmas() async throws {
        try await withLedger { ledger, _ in
            let settings = try await ledger.pool.writeWithoutTransaction { db in
                try ["journal_mode", "synchronous", "foreign_keys"].map {
                    try String.fetchOne(db, sql: "PRAGMA \($0)")
                }
            }
            #expect(settings == ["wal", "2", "0"])
        }
    }

    @Test("a cancelled task's write is made whole, and its result is true")
    func cancellation() async throws {
        try await withLedger { ledger, _ in
            for batch in 0..<20 {
                let news = (1...50).map { Sample.delivery(Int64(batch * 50 + $0)) }
                let task = Task { try await ledger.admit(news.map { .delivery($0) }) }
                task.cancel()
                let admissions = try await task.value
                #expect(admissions.count == 50)
                #expect(try await ledger.totals().pending == (batch + 1) * 50)
            }
        }
    }

    @Test("the files are for their owner alone")
    func modes() async throws {
        let parent = try TemporaryDirectory()
        let directory = parent.path + "/data"
        let ledger = try await SQLiteLedger.open(directory: directory)
        try await ledger.add(Sample.delivery(1))
        func mode(_ path: String) throws -> Int? {
            try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
        }
        #expect(try mode(directory) == 0o700)
        for suffix in ["", "-wal", "-shm", ".lock"] {
            #expect(try mode(directory + "/ledger.sqlite" + suffix) == 0o600)
        }
        try await ledger.close()
    }

    @Test("closing leaves one database file, without a log")
    func closing() async throws {
        try await withLedger { ledger, directory in
            try await ledger.add(Sample.delivery(1))
            try await ledger.close()
            let log = try? FileManager.default.attributesOfItem(atPath: directory.database + "-wal")[.size] as? Int
            #expect((log ?? 0) == 0)
        }
    }

    @Test("no row of any table points at one that is not there, whatever happened")
    func references() async throws {
        for check in LedgerConformance.all where check.name.contains("random history") {
            try await withLedger { ledger, _ in
                try await check.run(on: ledger)
                let (broken, orphans, integrity) = try await ledger.pool.read { db in
                    (
                        try Row.fetchAll(db, sql: "PRAGMA foreign_key_check").count,
                        try Int.fetchOne(
                            db,
                            sql: "SELECT count(*) FROM events WHERE number NOT IN (SELECT event FROM deliveries)"
                        ),
                        try String.fetchOne(db, sql: "PRAGMA integrity_check")
                    )
                }
                #expect(broken == 0)
                #expect(orphans == 0)
                #expect(integrity == "ok")
            }
        }
    }
}
