import ArgumentParser

/// How much of a list is printed, and how.
struct ListOptions: ParsableArguments {
    @Option(parsing: .unconditional, help: "How many, at most.")
    var limit: Int = 50

    @Flag(help: "Print JSON, one a line.")
    var json = false

    func validate() throws {
        guard (1...100_000).contains(limit) else {
            throw ValidationError("--limit: \(limit) is not from 1 to 100000")
        }
    }

    /// Prints what the list at the path holds: as a table, or an item a line as it comes.
    func show(
        _ path: [String],
        _ filters: some Filters,
        of client: APIClient,
        in empty: some ItemTable
    ) async throws {
        var table = empty
        try await client.items(of: path, query: filters.query, limit: limit) { item in
            if json { StandardStream.output.writeJSON(item.line) } else { table.add(item) }
        }
        if !json { table.lines(within: StandardStream.output.width).forEach(StandardStream.output.write) }
    }
}
