/// How much a template may still write. Mustache renders without a limit of its own, so the values that it is given
/// count along, and go silent when the budget is spent.
///
/// A class, because all values of one rendering share it; used by one task only.
final class RenderBudget {
    /// What a repetition costs beyond its text.
    private static let iterationPrice = 64

    private var remaining: Int
    /// What is written by one turn of a section, by the section's name: its text, with everything nested in it.
    private let prices: [String: Int]
    private let highestPrice: Int
    private(set) var isSpent = false

    init(bytes: Int, prices: [String: Int]) {
        remaining = bytes
        self.prices = prices
        highestPrice = prices.values.max() ?? 0
    }

    /// What one turn of a section costs; a section without a name of its own (`{{#.}}`) costs as much as the dearest.
    func price(of section: String?) -> Int {
        Self.iterationPrice + (section.flatMap { prices[$0] } ?? highestPrice)
    }

    /// Takes some bytes; `false` when they are not there, or when nobody waits for the document any more.
    func spend(_ bytes: Int) -> Bool {
        remaining -= bytes
        if remaining < 0 || Task.isCancelled { isSpent = true }
        return !isSpent
    }
}
