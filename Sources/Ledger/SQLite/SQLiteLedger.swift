import Dispatch
import GRDB

/// The ledger in one SQLite file, `ledger.sqlite` in the data directory: write-ahead log, one writer, readers beside
/// it.
///
/// Every write is one transaction with `synchronous=FULL`: it survives a power cut once the call has returned. A call
/// runs on the database's own queue and is never cut short: cancelling the task that waits for it changes nothing, so
/// a commit is never in doubt on that account. What a call waits for at most is the lock of another process
/// (``Options/busyTimeout``).
package final class SQLiteLedger: DeliveryLedger {
    /// What can be tuned.
    package struct Options: Sendable {
        /// How long a write waits for another process' lock before it throws `busy`.
        package var busyTimeout: Duration
        /// Reads at the same time, at least 1: so many for the relay's own work, and so many for lists and statistics.
        package var readers: Int

        /// Makes options; the defaults suit one relay with its API.
        package init(busyTimeout: Duration = .seconds(2), readers: Int = 3) {
            self.busyTimeout = busyTimeout
            self.readers = readers
        }
    }

    /// The database file.
    package let path: String

    // Declared in this order because it is the order of destruction: the lock outlives the connections.
    /// The writer, and the readers that dispatch waits for.
    let pool: DatabasePool
    /// The readers of lists and statistics, which may take long: however many are asked for, dispatch has its own.
    private let scanners: DatabasePool
    private let lock: OwnershipLock?

    init(path: String, pool: DatabasePool, scanners: DatabasePool, lock: OwnershipLock?) {
        self.path = path
        self.pool = pool
        self.scanners = scanners
        self.lock = lock
    }

    /// Ends every connection, after what is under way, and gives up ownership. Calls after this one throw.
    package func close() async throws(LedgerError) {
        try await Self.offPool { [self] () throws(LedgerError) in
            try Self.mapping(path) {
                if lock != nil {
                    // Leaves an empty log behind. If it fails, the next start reads the log. A statement, because
                    // GRDB's own function ends the process on a connection that is closed already.
                    try? pool.writeWithoutTransaction { try $0.execute(sql: "PRAGMA wal_checkpoint(TRUNCATE)") }
                }
                try scanners.close()
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

    /// Runs a short `body` on one consistent state of the ledger, beside the writer.
    func read<Value: Sendable>(
        _ body: @escaping @Sendable (Database) throws -> Value
    ) async throws(LedgerError) -> Value {
        try await read(from: pool, body)
    }

    /// The same for a `body` that may read much of the ledger.
    func scan<Value: Sendable>(
        _ body: @escaping @Sendable (Database) throws -> Value
    ) async throws(LedgerError) -> Value {
        try await read(from: scanners, body)
    }

    private func read<Value: Sendable>(
        from pool: DatabasePool,
        _ body: @escaping @Sendable (Database) throws -> Value
    ) async throws(LedgerError) -> Value {
        let result: Result<Value, any Error> = await withCheckedContinuation { continuation in
            pool.asyncRead { db in
                continuation.resume(returning: Result { try body(db.get()) })
            }
        }
        return try result.mapError { LedgerError($0, file: path) }.get()
    }

    // MARK: Helpers

    static func mapping<Value>(_ path: String, _ body: () throws -> Value) throws(LedgerError) -> Value {
        do {
            return try body()
        } catch {
            throw LedgerError(error, file: path)
        }
    }

    /// Runs what blocks on a thread of its own kind, not on the pool of the tasks.
    static func offPool<Value: Sendable>(
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
