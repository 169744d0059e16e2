import Dispatch
import Foundation
import GRDB

/// The ledger in one SQLite file, `ledger.sqlite` in the data directory: write-ahead log, one writer, readers beside it.
///
/// Every write is one transaction with `synchronous=FULL`: it survives a power cut once the call has returned. A call runs on
/// the database's own queue and is never cut short: cancelling the task that waits for it changes nothing, so a commit
/// is never in doubt on that account. What a call waits for at most is the lock of another process
/// (``Options/busyTimeout``).
package final class SQLiteLedger: DeliveryLedger {
    /// What can be tuned.
    package struct Options: Sendable {
        /// How long a write waits for another process' lock before it throws `busy`.
        package var busyTimeout: Duration
        /// Reads at the same time; at least 1.
        package var readers: Int

        /// Makes options; the defaults suit one relay with its API.
        package init(busyTimeout: Duration = .seconds(2), readers: Int = 4) {
            self.busyTimeout = busyTimeout
            self.readers = readers
        }
    }

    /// The database file.
    package let path: String

    // Declared in this order because it is the order of destruction: the lock outlives the connections.
    let pool: DatabasePool
    private let lock: OwnershipLock?

    private init(path: String, pool: DatabasePool, lock: OwnershipLock?) {
        self.path = path
        self.pool = pool
        self.lock = lock
    }

    /// Opens the ledger in a directory; makes both when they are missing, and brings an older schema up to date.
    ///
    /// - Parameters:
    ///   - file: the database's name in the directory.
    ///   - readOnly: reads beside a relay that owns the ledger, in this process or another. Nothing is made or
    ///     migrated, and writes throw `inaccessible`.
    /// - Throws: `owned` while another relay has it, `tooNew` after one of a later version wrote it, `corrupt` when the file is not a
    ///   ledger, `inaccessible`, `busy` or `full` when it cannot be reached or written.
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

    /// Ends every connection, after what is under way, and gives up ownership. Calls after this one throw.
    package func close() async throws(LedgerError) {
        try await Self.offPool { [self] () throws(LedgerError) in
            try Self.mapping(path) {
                if lock != nil {
                    // Leaves an empty log behind. If it fails, the next start reads the log. A statement, because GRDB's own
                    // function ends the process on a connection that is closed already.
                    try? pool.writeWithoutTransaction { try $0.execute(sql: "PRAGMA wal_checkpoint(TRUNCATE)") }
                }
                try pool.close()
            }
            lock?.release()
        }
    }

    // MARK: Access

    /// Runs `body` in one transaction, and returns once it is on disk. If it throws, nothing has changed.
    func write<Value: Sendable>(
        _ body: @escaping @Sendable (Database) throws -> Value
    ) async throws(LedgerError) -> Value {
        // The variant with a callback, because GRDB's async one interrupts the transaction of a cancelled task.
        let result: Result<Value, any Error> = await withCheckedContinuation { continuation in
            pool.asyncWrite(body) { _, result in continuation.resume(returning: result) }
        }
        return try result.mapError { LedgerError($0, file: path) }.get()
    }

    /// Runs `body` on one consistent state of the ledger, beside the writer.
    func read<Value: Sendable>(
        _ body: @escaping @Sendable (Database) throws -> Value
    ) async throws(LedgerError) -> Value {
        let result: Result<Value, any Error> = await withCheckedContinuation { continuation in
            pool.asyncRead { db in
                continuation.resume(returning: Result { try body(db.get()) })
            }
        }
        return try result.mapError { LedgerError($0, file: path) }.get()
    }

    // MARK: Opening

    private static func openAsOwner(
        directory: String, path: String, options: Options
    ) throws(LedgerError) -> SQLiteLedger {
        try makeDirectory(directory)
        let lock = try OwnershipLock(path: path + ".lock")
        try makeFile(path)
        let pool = try mapping(path) {
            let pool = try DatabasePool(path: path, configuration: configuration(options))
            try pool.read { db in try check(db) }
            try pool.writeWithoutTransaction { db in
                // Only now: GRDB sets NORMAL while it opens a pool.
                try db.execute(sql: "PRAGMA synchronous = FULL")
                try db.execute(sql: "PRAGMA wal_autocheckpoint = 4000")
                try db.execute(sql: "PRAGMA journal_size_limit = 67108864")
            }
            try LedgerSchema.migrator.migrate(pool)
            return pool
        }
        return SQLiteLedger(path: path, pool: pool, lock: lock)
    }

    private static func openForReading(path: String, options: Options) throws(LedgerError) -> SQLiteLedger {
        let pool = try mapping(path) {
            var configuration = configuration(options)
            configuration.readonly = true
            let pool = try DatabasePool(path: path, configuration: configuration)
            try pool.read { db in
                try check(db)
                guard try LedgerSchema.migrator.hasCompletedMigrations(db) else {
                    throw LedgerError(.inaccessible, "not yet brought up to date by a relay")
                }
            }
            return pool
        }
        return SQLiteLedger(path: path, pool: pool, lock: nil)
    }

    private static func configuration(_ options: Options) -> Configuration {
        var configuration = Configuration()
        configuration.label = "ledger"
        configuration.busyMode = .timeout(options.busyTimeout / .seconds(1))
        configuration.maximumReaderCount = max(1, options.readers)
        configuration.foreignKeysEnabled = false
        configuration.prepareDatabase { db in
            // KiB, negative by SQLite's convention. The writer's holds the busy pages of the random indices.
            try db.execute(sql: "PRAGMA cache_size = \(db.configuration.readonly ? -8_192 : -65_536)")
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
        let tables = try db.makeStatement(sql: "SELECT count(*) FROM sqlite_schema").first([]) { try $0.integer() }
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

    private static func mapping<Value>(_ path: String, _ body: () throws -> Value) throws(LedgerError) -> Value {
        do {
            return try body()
        } catch {
            throw LedgerError(error, file: path)
        }
    }

    /// Runs what blocks on a thread of its own kind, not on the pool of the tasks.
    private static func offPool<Value: Sendable>(
        _ body: @escaping @Sendable () throws(LedgerError) -> Value
    ) async throws(LedgerError) -> Value {
        let result: Result<Value, LedgerError> = await withCheckedContinuation { continuation in
            DispatchQueue.global().async {
                continuation.resume(returning: Result { () throws(LedgerError) in try body() })
            }
        }
        return try result.get()
    }
}
