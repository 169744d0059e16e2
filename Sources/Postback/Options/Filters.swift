import ArgumentParser

/// Which of many things a command is about, as the API's lists take it.
protocol Filters: ParsableArguments {
    /// The parameters of the list, with their values.
    var query: [(String, String?)] { get }
}

extension Filters {
    /// Whether none was given.
    var isEmpty: Bool { query.allSatisfy { $0.1 == nil } }

    /// Refuses both ids and filters, and neither: nobody means everything by saying nothing.
    func check(besides ids: [String]) throws {
        guard ids.isEmpty != isEmpty else {
            throw ValidationError(ids.isEmpty ? "give ids or a filter" : "give either ids or a filter, not both")
        }
    }
}
