/// Rows in columns, for a person.
struct TextTable {
    private var rows: [[String]]
    private let shrinking: Set<String>
    private let empty: String

    private static let gap = 2
    /// Characters that a column keeps when it shrinks.
    private static let narrowest = 8

    /// - Parameters:
    ///   - shrinking: the columns that may be cut where the whole is too wide; ids, which are copied, are not among them.
    ///   - empty: what is said when there are no rows.
    init(_ header: [String], shrinking: Set<String> = [], empty: String) {
        rows = [header]
        self.shrinking = shrinking
        self.empty = empty
    }

    /// Adds a row with a cell for each column.
    mutating func add(_ row: [String]) { rows.append(row) }

    /// The table, a line each.
    ///
    /// - Parameter width: characters of a line, as far as cutting columns can do it; `nil`: no limit.
    func lines(within width: Int?) -> [String] {
        guard rows.count > 1 else { return [empty] }
        let widths = widths(within: width)
        return rows.map { row in
            var line = zip(row, widths).map { cell, width in Self.fit(cell, width) }
                .joined(separator: String(repeating: " ", count: Self.gap))
            while line.last == " " { line.removeLast() }
            return line
        }
    }

    /// The widest of those that may be cut gives first.
    private func widths(within limit: Int?) -> [Int] {
        var widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        guard let limit else { return widths }
        let candidates = rows[0].indices.filter { shrinking.contains(rows[0][$0]) }
        var excess = widths.reduce(0, +) + Self.gap * (widths.count - 1) - limit
        while excess > 0, let widest = candidates.max(by: { widths[$0] < widths[$1] }), widths[widest] > Self.narrowest
        {
            widths[widest] -= 1
            excess -= 1
        }
        return widths
    }

    private static func fit(_ cell: String, _ width: Int) -> String {
        guard cell.count > width else { return cell + String(repeating: " ", count: width - cell.count) }
        return cell.prefix(width - 1) + "…"
    }
}
