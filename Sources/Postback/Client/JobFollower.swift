import Foundation
import FoundationNetworking

/// Follows a job to its end through its stream of events, and over restarts of the API.
struct JobFollower {
    let client: APIClient
    let id: String

    /// How long the API may be gone.
    private static let patience = Duration.seconds(60)

    /// Calls `news` with the job as it stands, and for each change.
    ///
    /// - Returns: the job as it ended.
    func follow(_ news: (JSONValue) -> Void) async throws -> JSONValue {
        var lastSign = ContinuousClock.now
        while true {
            var latest: JSONValue?
            do {
                try await EventStreamClient.read(
                    try client.request("GET", try APIClient.path(["api", "jobs", id, "events"]))
                ) {
                    let job = try JSONDecoder().decode(JSONValue.self, from: $0)
                    latest = job
                    lastSign = .now
                    news(job)
                    return !Self.hasEnded(job)
                }
                if let latest, Self.hasEnded(latest) { return latest }
            } catch {
                // The stream broke; the status says whether it is worth another.
            }
            do {
                let job = try await client.read(JSONValue.self, "GET", try APIClient.path(["api", "jobs", id]))
                lastSign = .now
                news(job)
                if Self.hasEnded(job) { return job }
            } catch let failure as CommandFailure {
                guard failure.code == .unavailable, ContinuousClock.now - lastSign < Self.patience else {
                    throw failure
                }
            }
            try await Task.sleep(for: .seconds(1))
        }
    }

    private static func hasEnded(_ job: JSONValue) -> Bool {
        ["completed", "failed", "cancelled"].contains(job["status"]?.text ?? "")
    }
}
