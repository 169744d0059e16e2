/// The first thing in `data` that the product does not take.
struct DataProblem: Error, Hashable, Sendable, CustomStringConvertible {
    /// Which value: `data.items[3].price`.
    var field: String
    /// What it must be.
    var reason: String

    var description: String { "\(field) \(reason)" }
}
