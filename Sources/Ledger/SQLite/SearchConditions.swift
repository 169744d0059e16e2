/// The `WHERE` of a search, put together from what was asked for.
struct SearchConditions {
    private var conditions: [String] = []
    /// One for each placeholder, in order.
    private(set) var arguments: [StoredValue] = []

    /// Adds a condition, unless nothing was asked for.
    mutating func require(_ condition: String, _ value: StoredValue?) {
        guard let value else { return }
        require(condition, [value])
    }

    /// Adds a condition with any number of arguments.
    mutating func require(_ condition: String, _ values: [StoredValue] = []) {
        conditions.append(condition)
        arguments += values
    }

    /// The clause; empty when nothing was asked for.
    var clause: String { conditions.isEmpty ? "" : "WHERE " + conditions.joined(separator: " AND ") }
}
