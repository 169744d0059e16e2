/// Rows in columns, for a person.
struct TextTable {
    private var rows: [[String]]
    private let empty: String

    /// - Parameter empty: what is said when there are no rows.
    init(_ header: [String], empty: String) {
        rows = [header]
        self.empty = empty
    }

    /// Adds a row with a cell for each column.
    mutating func add(_ row: [String]) { rows.append(row) }

    /// The table, a line each.
    var lines: [String] {
        guard rows.count > 1 else { return [empty] }
        let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.map { row in
            var line = zip(row, widths).map { cell, width in cell + String(repeating: " ", count: width - cell.count) }
                .joined(separator: "  ")
            while line.last == " " { line.removeLast() }
            return line
        }
    }
}
