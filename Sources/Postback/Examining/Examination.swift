import Foundation

/// What a running Postback says of itself, each part as the API gives it; `nil`: the key may not ask, or nobody answers.
struct Examination: Sendable {
    /// Of dead deliveries, failed jobs and quarantined entries so many are counted.
    static let countLimit = 200

    var address: String
    var key: JSONValue?
    var readiness: JSONValue?
    var health: JSONValue?
    var products: [JSONValue]?
    var destinations: [JSONValue]?
    /// Deliveries that died, of those received in the last week: the usual schedule takes more than three days.
    var deadDeliveries: Int?
    /// Jobs that failed, of those submitted in the last week.
    var failedJobs: Int?
    var quarantined: Int?

    init(address: String) {
        self.address = address
    }

    /// Asks for all that the key may see.
    ///
    /// - Throws: when nobody answers, or the key is not known.
    init(_ client: APIClient) async throws {
        address = client.base.absoluteString
        // What is not well answers 503, with what it knows.
        readiness = try await client.read(JSONValue.self, "GET", "/readyz", accepting: [503])
        key = try await client.read(JSONValue.self, "GET", "/api/me")
        health = try await Self.allowed {
            try await client.read(JSONValue.self, "GET", "/api/jobs/health", accepting: [503])
        }
        products = try await Self.allowed { try await Self.list(client, "products") }
        destinations = try await Self.allowed { try await Self.list(client, "destinations") }
        deadDeliveries = try await Self.allowed {
            try await Self.count(client, "deliveries", [("status", "dead"), ("since", "7d")])
        }
        failedJobs = try await Self.allowed {
            try await Self.count(client, "jobs", [("status", "failed"), ("since", "7d")])
        }
        quarantined = try await Self.allowed { try await Self.count(client, "quarantine", []) }
    }

    /// `nil` where the answer is that it may not be had: the key's role does not go so far, or a part is away, which is told by
    /// itself.
    private static func allowed<Answer>(_ ask: () async throws -> Answer) async throws -> Answer? {
        do {
            return try await ask()
        } catch let failure as CommandFailure where failure.code == .notAllowed || failure.code == .unavailable {
            return nil
        }
    }

    private static func list(_ client: APIClient, _ what: String) async throws -> [JSONValue] {
        var found: [JSONValue] = []
        try await client.items(of: ["api", what], query: []) { found.append($0) }
        return found
    }

    private static func count(
        _ client: APIClient,
        _ what: String,
        _ query: [(String, String?)]
    ) async throws -> Int {
        var count = 0
        try await client.items(of: ["api", what], query: query, limit: countLimit) { _ in count += 1 }
        return count
    }
}
