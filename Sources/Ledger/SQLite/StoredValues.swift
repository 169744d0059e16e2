import Deliveries
import Foundation
import GRDB

/// The values that statements are given, in the forms in which the schema keeps them.
extension DatabaseValue {
    static func integer(_ value: Int) -> DatabaseValue { Int64(value).databaseValue }

    static func integer(_ value: Int?) -> DatabaseValue { value.map { .integer($0) } ?? .null }

    static func id(_ value: DeliveryID) -> DatabaseValue { value.rawValue.databaseValue }

    static func time(_ value: Timestamp) -> DatabaseValue { value.milliseconds.databaseValue }

    static func time(_ value: Timestamp?) -> DatabaseValue { value.map { .time($0) } ?? .null }

    static func flag(_ value: Bool) -> DatabaseValue { .integer(value ? 1 : 0) }

    static func real(_ value: Double?) -> DatabaseValue { value?.databaseValue ?? .null }

    /// Text without NUL: GRDB hands text to SQLite as a C string, which would end there.
    static func text(_ value: String) -> DatabaseValue {
        guard value.utf8.contains(0) else { return value.databaseValue }
        return String(value.unicodeScalars.map { $0 == "\0" ? "\u{FFFD}" : Character($0) }).databaseValue
    }

    static func text(_ value: String?) -> DatabaseValue { value.map { .text($0) } ?? .null }

    /// A case of an enumeration, under its raw value.
    static func word(_ value: some RawRepresentable<String>) -> DatabaseValue { value.rawValue.databaseValue }

    static func word(_ value: (some RawRepresentable<String>)?) -> DatabaseValue { value.map { .word($0) } ?? .null }

    static func bytes(_ value: [UInt8]) -> DatabaseValue { Data(value).databaseValue }
}

extension Statement {
    /// Runs the statement to its end with these arguments, in the order of its question marks.
    func run(_ values: [DatabaseValue]) throws {
        try execute(arguments: StatementArguments(values))
    }

    /// What the statement finds, each row read by `read`.
    func all<Value>(_ values: [DatabaseValue], _ read: (inout RowReader) throws -> Value) throws -> [Value] {
        var found: [Value] = []
        let rows = try Row.fetchCursor(self, arguments: StatementArguments(values))
        while let row = try rows.next() {
            var reader = RowReader(row)
            found.append(try read(&reader))
        }
        return found
    }

    /// The first row that the statement finds.
    func first<Value>(_ values: [DatabaseValue], _ read: (inout RowReader) throws -> Value) throws -> Value? {
        let rows = try Row.fetchCursor(self, arguments: StatementArguments(values))
        guard let row = try rows.next() else { return nil }
        var reader = RowReader(row)
        return try read(&reader)
    }
}
