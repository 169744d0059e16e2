/// Asks the API to cancel what the filters name, until none of it waits any more, and says how it went.
struct JobCancellation {
    let client: APIClient
    let filters: JobFilters
    /// Only ask what would be cancelled.
    let dryRun: Bool
    let json: Bool

    /// What one request answers; it goes so far and no further.
    private struct Answer {
        var cancelled: Int
        /// Jobs that are being worked on.
        var requested: Int
        var hasMore: Bool

        init(_ answer: JSONValue) {
            cancelled = answer["cancelled"]?.text.flatMap { Int($0) } ?? 0
            requested = answer["requested"]?.text.flatMap { Int($0) } ?? 0
            hasMore = answer["has_more"] == .bool(true)
        }
    }

    func carryOut() async throws {
        let members = filters.query.compactMap { name, value in value.map { (name, JSONValue.string($0)) } }
        let body = JSONValue.object(members + [("dry_run", .bool(dryRun))]).data
        var total = Answer(.null)
        var answer: Answer
        repeat {
            let line = try await client.read(JSONValue.self, "POST", "/api/jobs/cancel", body: body)
            if json { StandardStream.output.writeJSON(line.line) }
            answer = Answer(line)
            total.cancelled += answer.cancelled
            // Those that run are found again each time, until their workers have stopped.
            total.requested = max(total.requested, answer.requested)
        } while answer.hasMore && answer.cancelled > 0 && !dryRun
        total.hasMore = answer.hasMore
        if !json { lines(total).forEach(StandardStream.output.write) }
    }

    private func lines(_ total: Answer) -> [String] {
        var lines = ["\(total.cancelled) jobs \(dryRun ? "would be " : "")cancelled"]
        if total.requested > 0 {
            let verb = dryRun ? "would be" : "are"
            lines.append("\(total.requested) are being worked on and \(verb) cancelled as soon as their worker stops")
        }
        if total.hasMore { lines.append("there are more") }
        return lines
    }
}
