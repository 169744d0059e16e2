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
        defer { finish() }
        try bind(values)
        while try step() {}
    }

    /// What the statement finds, each row read by `read`.
    func all<Value>(_ values: [StoredValue], _ read: (inout RowReader) throws -> Value) throws -> [Value] {
        defer { finish() }
        try bind(values)
        var found: [Value] = []
        while try step() {
            var row = RowReader(sqliteStatement)
            found.append(try read(&row))
        }
        return found
    }

    /// The first row that the statement finds.
    func first<Value>(_ values: [StoredValue], _ read: (inout RowReader) throws -> Value) throws -> Value? {
        defer { finish() }
        try bind(values)
        guard try step() else { return nil }
        var row = RowReader(sqliteStatement)
        return try read(&row)
    }

    /// - Returns: whether there is a row to read.
    private func step() throws -> Bool {
        switch sqlite3_step(sqliteStatement) {
        case SQLITE_ROW: true
        case SQLITE_DONE: false
        case let code: throw failure(code)
        }
    }

    private func bind(_ values: [StoredValue]) throws {
        guard values.count == Int(sqlite3_bind_parameter_count(sqliteStatement)) else { throw failure(SQLITE_RANGE) }
        var index: CInt = 0
        for value in values {
            index += 1
            let code =
                switch value {
                case .null: sqlite3_bind_null(sqliteStatement, index)
                case .integer(let integer): sqlite3_bind_int64(sqliteStatement, index, integer)
                case .real(let real): sqlite3_bind_double(sqliteStatement, index, real)
                case .text(let text): bind(text, at: index)
                case .blob(let bytes): bind(bytes, at: index)
                }
            guard code == SQLITE_OK else { throw failure(code) }
        }
    }

    /// Text goes without NUL, where most of SQLite's functions would stop.
    private func bind(_ text: String, at index: CInt) -> CInt {
        var text = text
        return text.withUTF8 { utf8 in
            // The address of an empty buffer may be null, which would bind NULL.
            guard let start = utf8.baseAddress else { return sqlite3_bind_text(sqliteStatement, index, "", 0, copied) }
            guard memchr(start, 0, utf8.count) == nil else {
                let scalars = String(decoding: utf8, as: UTF8.self).unicodeScalars.map { $0 == "\0" ? "\u{FFFD}" : $0 }
                return bind(String(String.UnicodeScalarView(scalars)), at: index)
            }
            return utf8.withMemoryRebound(to: CChar.self) {
                sqlite3_bind_text(sqliteStatement, index, $0.baseAddress, CInt(clamping: $0.count), copied)
            }
        }
    }

    private func bind(_ bytes: [UInt8], at index: CInt) -> CInt {
        guard !bytes.isEmpty else { return sqlite3_bind_zeroblob(sqliteStatement, index, 0) }
        return sqlite3_bind_blob64(sqliteStatement, index, bytes, UInt64(bytes.count), copied)
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
