import Foundation

/// Asks the API for the same thing for one delivery or job after another, and says how each went.
struct Wishes {
    let client: APIClient
    /// What they are: `deliveries`, `jobs`.
    var kind = "deliveries"
    /// The last part of the path: `replay`, `cancel`.
    let action: String
    /// What to call it once done.
    let done: String
    let body: Data?
    /// So many a second, at most.
    let rate: Double?
    /// Only say what would be done.
    var dryRun = false
    /// Before it is said of one that it would be done: why it would not, as it stands; `nil`: it would be. Not asked for those that a list
    /// has just shown.
    var objection: ((JSONValue) -> String?)?
    let json: Bool

    /// Goes on after a refusal, and fails at the end if there was one. What ends it at once is that nobody answers, or that the key is
    /// not good for it: the next would fare no better.
    func carryOut(on ids: [String]) async throws {
        var failed = 0
        var requested = 0
        for (index, id) in ids.enumerated() {
            if !dryRun, index > 0, let rate { try await Task.sleep(for: .seconds(1 / rate)) }
            do {
                if dryRun {
                    try await tellWish(for: id)
                    continue
                }
                let answer = try await client.read(
                    JSONValue.self,
                    "POST",
                    try APIClient.path(["api", kind, id, action]),
                    body: body
                )
                let isUnderWay = answer["attempt_under_way"]?.text == "true"
                let more = isUnderWay ? "; an attempt is under way, and counts if the receiver takes it" : ""
                // A job that runs is not cancelled yet: the answer says when it will be.
                let runs = answer["status"]?.text == "processing" ? answer["message"]?.text : nil
                if runs != nil { requested += 1 }
                tell(runs.map { "\(id): \($0)" } ?? "\(done) \(id)\(more)", orJSON: answer.line)
            } catch let failure as CommandFailure where failure.code == .failed || failure.code == .badData {
                failed += 1
                if json { StandardStream.output.writeJSON(Self.refusedLine(id, failure)) }
                StandardStream.error.write("\(id): \(failure.lines.joined(separator: "; "))")
            }
        }
        if !json, ids.isEmpty { StandardStream.output.write("no \(kind) match") }
        if !json, dryRun { StandardStream.output.write("\(ids.count - failed) \(kind) would be \(done)") }
        if !json, !dryRun, ids.count > 1 {
            let later = requested > 0 ? ", \(requested) as soon as their workers stop" : ""
            StandardStream.output.write("\(ids.count - failed - requested) of \(ids.count) \(done)\(later)")
        }
        if failed > 0 {
            throw CommandFailure(.failed, "\(failed) of \(ids.count) \(dryRun ? "would not be" : "were not") \(done)")
        }
    }

    private func tellWish(for id: String) async throws {
        if let objection {
            let found = try await client.read(JSONValue.self, "GET", try APIClient.path(["api", kind, id]))
            if let reason = objection(found) { throw CommandFailure(.failed, reason) }
        }
        tell("would \(action) \(id)", orJSON: Self.dryLine(id))
    }

    private func tell(_ line: String, orJSON object: String) {
        if json { StandardStream.output.writeJSON(object) } else { StandardStream.output.write(line) }
    }

    private static func refusedLine(_ id: String, _ failure: CommandFailure) -> String {
        JSONValue.object([("id", .string(id)), ("error", .string(failure.lines.joined(separator: "; ")))]).line
    }

    private static func dryLine(_ id: String) -> String {
        JSONValue.object([("id", .string(id)), ("dry_run", .bool(true))]).line
    }
}
