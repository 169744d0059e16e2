import Foundation
import GRDB
import GRDBSQLite

/// Runs GRDB's prepared statements through SQLite's own functions.
///
/// GRDB's way makes a dictionary of column names for every query and copies the arguments several times, which costs
/// more than the row does. Connections, transactions, queues and the cache of statements stay GRDB's. This and
/// ``RowReader`` are the only places that call SQLite.
extension Statement {
    /// Runs the statement to its end, with a value for each of its parameters.
    func run(_ values: [StoredValue]) throws {
        try withBound(values) {
            while try step() {}
        }
    }

    /// What the statement finds, each row read by `read`.
    func all<Value>(_ values: [StoredValue], _ read: (inout RowReader) throws -> Value) throws -> [Value] {
        try withBound(values) {
            var found: [Value] = []
            while try step() {
                var row = RowReader(sqliteStatement)
                found.append(try read(&row))
            }
            return found
        }
    }

    /// The first row that the statement finds.
    func first<Value>(_ values: [StoredValue], _ read: (inout RowReader) throws -> Value) throws -> Value? {
        try withBound(values) {
            guard try step() else { return nil }
            var row = RowReader(sqliteStatement)
            return try read(&row)
        }
    }

    /// - Returns: whether there is a row to read.
    private func step() throws -> Bool {
        switch sqlite3_step(sqliteStatement) {
        case SQLITE_ROW: true
        case SQLITE_DONE: false
        case let code: throw failure(code)
        }
    }

    /// Runs `body` with the values bound, and makes the statement ready for its next use.
    ///
    /// Text and blobs are laid out in one block that outlives their use (no destructor: `SQLITE_STATIC`). Letting SQLite copy
    /// each one costs an allocation a value.
    private func withBound<Value>(_ values: [StoredValue], _ body: () throws -> Value) throws -> Value {
        guard values.count == Int(sqlite3_bind_parameter_count(sqliteStatement)) else { throw failure(SQLITE_RANGE) }
        let size = values.reduce(1) { $0 + $1.byteCount }
        return try withUnsafeTemporaryAllocation(byteCount: size, alignment: 1) { block in
            defer { finish() }
            var used = 0
            var index: CInt = 0
            for value in values {
                index += 1
                let code =
                    switch value {
                    case .null: sqlite3_bind_null(sqliteStatement, index)
                    case .integer(let integer): sqlite3_bind_int64(sqliteStatement, index, integer)
                    case .real(let real): sqlite3_bind_double(sqliteStatement, index, real)
                    case .text(let text): bind(text, at: index, in: block, &used)
                    case .blob(let bytes): bind(bytes, at: index, in: block, &used)
                    }
                guard code == SQLITE_OK else { throw failure(code) }
            }
            return try body()
        }
    }

    /// Text goes without NUL, where most of SQLite's functions would stop.
    private func bind(_ text: String, at index: CInt, in block: UnsafeMutableRawBufferPointer, _ used: inout Int)
        -> CInt
    {
        let place = UnsafeMutableRawBufferPointer(rebasing: block[used...])
        let count = text.utf8.count
        place.copyBytes(from: text.utf8)
        used += count
        guard let start = place.assumingMemoryBound(to: CChar.self).baseAddress else { return SQLITE_NOMEM }
        guard memchr(start, 0, count) == nil else {
            let scalars = text.unicodeScalars.map { $0 == "\0" ? "\u{FFFD}" : $0 }
            return sqlite3_bind_text(sqliteStatement, index, String(String.UnicodeScalarView(scalars)), -1, copied)
        }
        return sqlite3_bind_text(sqliteStatement, index, start, CInt(clamping: count), nil)
    }

    private func bind(_ bytes: [UInt8], at index: CInt, in block: UnsafeMutableRawBufferPointer, _ used: inout Int)
        -> CInt
    {
        guard !bytes.isEmpty else { return sqlite3_bind_zeroblob(sqliteStatement, index, 0) }
        let place = UnsafeMutableRawBufferPointer(rebasing: block[used...])
        place.copyBytes(from: bytes)
        used += bytes.count
        return sqlite3_bind_blob64(sqliteStatement, index, place.baseAddress, UInt64(bytes.count), nil)
    }

    /// Makes the statement ready for its next use and lets go of what was bound. The result of the reset is that of the
    /// last step, which was thrown then.
    private func finish() {
        sqlite3_reset(sqliteStatement)
        sqlite3_clear_bindings(sqliteStatement)
    }

    private func failure(_ code: CInt) -> DatabaseError {
        let message = String(cString: sqlite3_errmsg(sqlite3_db_handle(sqliteStatement)))
        return DatabaseError(resultCode: ResultCode(rawValue: code), message: message)
    }
}

/// Tells SQLite to copy what it is given before the call returns: `SQLITE_TRANSIENT`, a macro that Swift cannot import.
private let copied = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
