/// What is wrong with a product's folder, in one line for its author.
struct ProductProblem: Error, Hashable, Sendable, CustomStringConvertible {
    var reason: String

    init(_ reason: String) {
        self.reason = reason
    }

    /// The same, in a file.
    init(_ reason: String, in file: String) {
        self.reason = "\(file): \(reason)"
    }

    var description: String { reason }
}
