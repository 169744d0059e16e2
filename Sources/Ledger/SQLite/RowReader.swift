import Deliveries
import GRDB
import GRDBSQLite

/// Reads the columns of a row from left to right, and trusts none of them.
///
/// Files get damaged, and other programs write to them: a value of another kind, or an unknown word, throws
/// ``LedgerError/Code/damagedRow`` with the name of the column.
///
/// Only for use while the statement that was stepped onto the row is on it.
struct RowReader {
    private let statement: SQLiteStatement
    private var index: CInt = -1

    init(_ statement: SQLiteStatement) { self.statement = statement }

    mutating func optionalInteger() throws -> Int64? {
        switch nextType() {
        case SQLITE_INTEGER: sqlite3_column_int64(statement, index)
        case SQLITE_NULL: nil
        default: throw damaged()
        }
    }

    mutating func optionalReal() throws -> Double? {
        switch nextType() {
        case SQLITE_FLOAT, SQLITE_INTEGER: sqlite3_column_double(statement, index)
        case SQLITE_NULL: nil
        default: throw damaged()
        }
    }

    mutating func optionalText() throws -> String? {
        switch nextType() {
        case SQLITE_TEXT:
            // The text before its length: asking for it may convert it.
            guard let start = sqlite3_column_text(statement, index) else { throw damaged() }
            let count = Int(sqlite3_column_bytes(statement, index))
            return String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self)
        case SQLITE_NULL:
            return nil
        default:
            throw damaged()
        }
    }

    mutating func bytes() throws -> [UInt8] {
        guard nextType() == SQLITE_BLOB else { throw damaged() }
        // An empty blob has no address.
        guard let start = sqlite3_column_blob(statement, index) else { return [] }
        return [UInt8](UnsafeRawBufferPointer(start: start, count: Int(sqlite3_column_bytes(statement, index))))
    }

    /// A case of an enumeration.
    mutating func optionalWord<Word: RawRepresentable<String>>(_: Word.Type = Word.self) throws -> Word? {
        guard let text = try optionalText() else { return nil }
        return try present(Word(rawValue: text))
    }

    mutating func integer() throws -> Int64 { try present(optionalInteger()) }

    mutating func real() throws -> Double { try present(optionalReal()) }

    mutating func text() throws -> String { try present(optionalText()) }

    mutating func word<Word: RawRepresentable<String>>(_: Word.Type = Word.self) throws -> Word {
        try present(optionalWord(Word.self))
    }

    mutating func count() throws -> Int { Int(try integer()) }

    mutating func optionalCount() throws -> Int? { try optionalInteger().map(Int.init) }

    mutating func flag() throws -> Bool { try integer() != 0 }

    mutating func id() throws -> DeliveryID { DeliveryID(rawValue: try integer()) }

    mutating func time() throws -> Timestamp { Timestamp(milliseconds: try integer()) }

    mutating func optionalTime() throws -> Timestamp? { try optionalInteger().map(Timestamp.init(milliseconds:)) }

    /// The error for the column that was read last.
    func damaged() -> LedgerError {
        let name = sqlite3_column_name(statement, index).map { String(cString: $0) }
        return LedgerError(.damagedRow, "column \(name ?? "\(index)") holds a value that is not understood")
    }

    private func present<Value>(_ value: Value?) throws -> Value {
        guard let value else { throw damaged() }
        return value
    }

    private mutating func nextType() -> CInt {
        index += 1
        return sqlite3_column_type(statement, index)
    }
}
