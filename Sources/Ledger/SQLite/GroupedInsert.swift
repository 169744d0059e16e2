import GRDB

/// Puts rows into a table within one transaction, several with one statement.
///
/// A statement opens the table and each of its indexes and looks for the place; rows that come in order then follow where the one
/// before stands. In statements of 16 rows a delivery's three rows take 20 µs instead of 28 (measured from Python, in turn).
final class GroupedInsert {
    /// The statements for one table, made once.
    struct SQL: Sendable {
        fileprivate let statements: [String]

        /// - Parameter ending: what stands behind the rows.
        init(into table: String, _ columns: [String], ending: String = "") {
            let row = "(" + Array(repeating: "?", count: columns.count).joined(separator: ", ") + ")"
            let head = "INSERT INTO \(table) (\(columns.joined(separator: ", "))) VALUES "
            statements = GroupedInsert.sizes.map { size in
                head + Array(repeating: row, count: size).joined(separator: ", ") + " " + ending
            }
        }
    }

    /// Rows in one statement, the largest first.
    private static let sizes = [16, 4, 1]

    private let db: Database
    private let sql: SQL
    private var prepared: [Statement?]
    private var values: [StoredValue] = []

    init(_ db: Database, _ sql: SQL) {
        self.db = db
        self.sql = sql
        prepared = Array(repeating: nil, count: Self.sizes.count)
    }

    /// Puts rows in.
    ///
    /// - Parameters:
    ///   - count: how many.
    ///   - row: appends the values of one, in the order of the columns.
    ///   - then: is called after each statement with its rows; ``GRDB/Database/changesCount`` is how many of them were new.
    func run(
        _ count: Int,
        row: (Int, inout [StoredValue]) -> Void,
        then: (Range<Int>) throws -> Void = { _ in }
    ) throws {
        var next = 0
        for (kind, size) in Self.sizes.enumerated() {
            while count - next >= size {
                values.removeAll(keepingCapacity: true)
                for index in next..<next + size { row(index, &values) }
                try statement(kind).run(values)
                try then(next..<next + size)
                next += size
            }
        }
    }

    private func statement(_ kind: Int) throws -> Statement {
        if let known = prepared[kind] { return known }
        let statement = try db.cachedStatement(sql: sql.statements[kind])
        prepared[kind] = statement
        return statement
    }
}
