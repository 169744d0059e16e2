import Deliveries
import GRDB

/// Reads the columns of a row from left to right, and trusts none of them.
///
/// Files get damaged and other programs write to them: GRDB's own conversions would end the process on a value of another kind,
/// these throw ``LedgerError/Code/corrupt`` with the name of the column.
struct RowReader {
    private let row: Row
    private var index = 0

    init(_ row: Row) { self.row = row }

    mutating func optionalInteger() throws -> Int64? {
        switch try next().storage {
        case .int64(let value): value
        case .null: nil
        default: throw corrupt()
        }
    }

    mutating func optionalText() throws -> String? {
        switch try next().storage {
        case .string(let value): value
        case .null: nil
        default: throw corrupt()
        }
    }

    mutating func optionalReal() throws -> Double? {
        switch try next().storage {
        case .double(let value): value
        case .int64(let value): Double(value)
        case .null: nil
        default: throw corrupt()
        }
    }

    mutating func bytes() throws -> [UInt8] {
        guard index < row.count else { throw corrupt() }
        defer { index += 1 }
        return try row.withUnsafeData(atIndex: index) { data throws -> [UInt8] in
            guard let data else { throw corrupt(at: index) }
            return [UInt8](data)
        }
    }

    /// A case of an enumeration; an unknown word was written by something else.
    mutating func optionalWord<Word: RawRepresentable<String>>(_: Word.Type = Word.self) throws -> Word? {
        guard let text = try optionalText() else { return nil }
        guard let word = Word(rawValue: text) else { throw corrupt() }
        return word
    }

    mutating func integer() throws -> Int64 { try present(optionalInteger()) }

    mutating func text() throws -> String { try present(optionalText()) }

    mutating func real() throws -> Double { try present(optionalReal()) }

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
    func corrupt() -> LedgerError { corrupt(at: index - 1) }

    private func corrupt(at index: Int) -> LedgerError {
        let names = Array(row.columnNames)
        return .corrupt(column: names.indices.contains(index) ? names[index] : "\(index)")
    }

    private func present<Value>(_ value: Value?) throws -> Value {
        guard let value else { throw corrupt() }
        return value
    }

    private mutating func next() throws -> DatabaseValue {
        index += 1
        guard index <= row.count else { throw corrupt() }
        return row[index - 1]
    }
}
