import FaultPoints
import Foundation
import GRDB

extension SQLiteLedger {
    /// Opens the ledger in a directory; makes both when they are missing, and brings an older schema up to date.
    ///
    /// - Parameters:
    ///   - file: the database's name in the directory.
    ///   - readOnly: reads beside a relay that owns the ledger, in this process or another. Nothing is made or
    ///     migrated, and writes throw `inaccessible`.
    /// - Throws: `owned` while another relay has it, `tooNew` after one of a later version wrote it, `corrupt` when
    ///   the file is not a ledger, `inaccessible`, `busy` or `full` when it cannot be reached or written.
    package static func open(
        directory: String,
        file: String = "ledger.sqlite",
        options: Options = Options(),
        readOnly: Bool = false
    ) async throws(LedgerError) -> SQLiteLedger {
        try await offPool { () throws(LedgerError) in
            let path = directory + "/" + file
            return readOnly
                ? try openForReading(path: path, options: options)
                : try openAsOwner(directory: directory, path: path, options: options)
        }
    }

    private static func openAsOwner(
        directory: String,
        path: String,
        options: Options
    ) throws(LedgerError) -> SQLiteLedger {
        try makeDirectory(directory)
        let lock = try OwnershipLock(path: path + ".lock")
        FaultPoint.startOwned.reached()
        try makeFile(path)
        return try mapping(path) {
            let pool = try DatabasePool(path: path, configuration: configuration(options))
            try pool.read { db in try check(db) }
            try pool.writeWithoutTransaction { db in
                // Only now: GRDB sets NORMAL while it opens a pool.
                try db.execute(sql: "PRAGMA synchronous = FULL")
                // Pages. Longer than the default, so that a page that many batches change is copied back less often.
                try db.execute(sql: "PRAGMA wal_autocheckpoint = 4000")
                try db.execute(sql: "PRAGMA journal_size_limit = 67108864")
            }
            try LedgerSchema.migrator.migrate(pool)
            let scanners = try DatabasePool(path: path, configuration: configuration(options, readOnly: true))
            return SQLiteLedger(path: path, pool: pool, scanners: scanners, lock: lock)
        }
    }

    private static func openForReading(path: String, options: Options) throws(LedgerError) -> SQLiteLedger {
        try mapping(path) {
            let pool = try DatabasePool(path: path, configuration: configuration(options, readOnly: true))
            try pool.read { db in
                try check(db)
                guard try LedgerSchema.migrator.hasCompletedMigrations(db) else {
                    throw LedgerError(.inaccessible, "not yet brought up to date by a relay")
                }
            }
            return SQLiteLedger(path: path, pool: pool, scanners: pool, lock: nil)
        }
    }

    private static func configuration(_ options: Options, readOnly: Bool = false) -> Configuration {
        var configuration = Configuration()
        configuration.readonly = readOnly
        configuration.label = "ledger"
        configuration.busyMode = .timeout(options.busyTimeout / .seconds(1))
        configuration.maximumReaderCount = max(1, options.readers)
        configuration.foreignKeysEnabled = false
        configuration.prepareDatabase { db in
            // KiB, negative by SQLite's convention. The writer's holds the pages that every batch changes; the rest of the file
            // is in the system's cache.
            try db.execute(sql: "PRAGMA cache_size = \(db.configuration.readonly ? -2_048 : -16_384)")
        }
        return configuration
    }

    /// Refuses a file that this program must not touch.
    private static func check(_ db: Database) throws {
        if try LedgerSchema.migrator.hasBeenSuperseded(db) {
            throw LedgerError(.tooNew, "written by a newer version of Postback")
        }
        let marks = try db.makeStatement(sql: "SELECT application_id FROM pragma_application_id").first([]) {
            try $0.integer()
        }
        // The list of migrations comes before the first of them: it alone is what a first start leaves that was cut short.
        let tables = try db.makeStatement(
            sql: "SELECT count(*) FROM sqlite_schema WHERE tbl_name <> 'grdb_migrations'"
        )
        .first([]) { try $0.integer() }
        guard marks == LedgerSchema.applicationID || tables == 0 else {
            throw LedgerError(.corrupt, "not a Postback ledger")
        }
    }

    /// Makes the directory for its owner alone; one that exists keeps its mode.
    private static func makeDirectory(_ directory: String) throws(LedgerError) {
        guard mkdir(directory, 0o700) != 0, errno != EEXIST else { return }
        do {
            try FileManager.default.createDirectory(
                atPath: directory,
                withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700]
            )
        } catch {
            throw LedgerError(.inaccessible, "\(directory): cannot be created")
        }
    }

    /// Makes the file for its owner alone before SQLite would make it readable; the log takes its mode from it.
    private static func makeFile(_ path: String) throws(LedgerError) {
        let file = Foundation.open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw LedgerError(.inaccessible, "\(path): \(String(cString: strerror(errno)))") }
        Foundation.close(file)
    }
}
