import Deliveries
import Ledger
import HTTPTypes
import Testing

@testable import API

@Suite("Destinations")
struct DestinationTests {
    private static func insert(_ names: String..., into api: TestAPI) {
        api.relay.change { state in
            for name in names {
                state.destinations[name] = DestinationState(
                    name: name,
                    url: "https://n8n.example.com/hook?token=LEAK",
                    route: "psikotes",
                    isConfigured: true,
                    inFlight: 2,
                    held: 5,
                    concurrency: 32,
                    allowance: 8,
                    rate: DeliveryRate("100/s")
                )
            }
        }
    }

    private static func statistics(_ name: String, attempts: Int = 4) -> DestinationStatistics {
        DestinationStatistics(
            destination: name,
            url: "https://n8n.example.com/old?token=LEAK",
            pending: 1,
            delivered: 2,
            dead: 3,
            cancelled: 4,
            earliestDueAt: Sample.now,
            recentAttempts: attempts,
            recentDelivered: 3,
            meanMilliseconds: 12.34567,
            p95Milliseconds: nil
        )
    }

    @Test("the list joins what the relay knows and what the ledger counts")
    func list() async throws {
        try await TestAPI.run { api in
            Self.insert("psikotes.success", into: api)
            api.ledger.change { $0.statistics = [Self.statistics("psikotes.success")] }
            let reply = try await api.send(.get, "/api/destinations")
            #expect(
                reply.text
                    == #"{"items":[{"name":"psikotes.success","url":"https://n8n.example.com/hook","route":"psikotes","#
                    + #""health":"healthy","since":null,"reason":null,"configured":true,"in_flight":2,"held":5,"#
                    + #""concurrency":32,"allowance":8,"rate":"100/s","next_probe_at":null,"statistics":{"pending":1,"#
                    + #""delivered":2,"dead":3,"cancelled":4,"earliest_due_at":"2024-01-15T10:05:00.000Z","#
                    + #""since":"2024-01-14T10:05:00.000Z","recent_attempts":4,"recent_delivered":3,"success_rate":0.75,"#
                    + #""mean_ms":12.346,"p95_ms":null}}],"next":null}"#
            )
        }
    }

    @Test(
        "a destination that only the ledger remembers is listed as not configured, one without deliveries without counts"
    )
    func oneSided() async throws {
        try await TestAPI.run { api in
            Self.insert("b", into: api)
            api.ledger.change { $0.statistics = [Self.statistics("a", attempts: 0)] }
            let reply = try await api.send(.get, "/api/destinations")
            let items = reply.json["items"]
            #expect(items?[0]?["name"]?.string == "a")
            #expect(items?[0]?["configured"] == .bool(false))
            #expect(items?[0]?["url"]?.string == "https://n8n.example.com/old")
            #expect(items?[0]?["statistics"]?["success_rate"] == .null)
            #expect(items?[1]?["statistics"] == .null)
            #expect(!reply.text.contains("LEAK"))
        }
    }

    @Test("following next gives every destination once, by name")
    func pages() async throws {
        try await TestAPI.run { api in
            Self.insert("e", "d&d", "c/c", "b b", "é", "a", into: api)
            var path: String? = "/api/destinations?limit=2"
            var seen: [String] = []
            while let next = path, seen.count < 20 {
                let reply = try await api.send(.get, next)
                seen += (reply.json["items"]?.items ?? []).compactMap { $0["name"]?.string }
                path = reply.json["next"]?.string
            }
            #expect(seen == ["a", "b b", "c/c", "d&d", "e", "é"])
        }
    }

    @Test(
        "pausing and resuming answer how it stands, whatever the name holds",
        arguments: ["psikotes.success", "c/c", "é b%"]
    )
    func pauseAndResume(name: String) async throws {
        try await TestAPI.run { api in
            Self.insert(name, into: api)
            let path = "/api/destinations/\(PercentEncoding.encode(name))"
            let paused = try await api.send(.post, path + "/pause")
            #expect(paused.status == 200)
            #expect(paused.json["name"]?.string == name)
            #expect(paused.json["health"]?.string == "paused")
            #expect(paused.json["reason"]?.string == "paused by ops")
            #expect(paused.json["since"]?.string == "2024-01-15T10:05:00.000Z")
            #expect(paused.json["statistics"] == nil)
            let resumed = try await api.post(path + "/resume", "{}")
            #expect(resumed.json["health"]?.string == "healthy")
        }
    }

    @Test("a test tells how the request went")
    func test() async throws {
        try await TestAPI.run { api in
            Self.insert("x", into: api)
            let reply = try await api.send(.post, "/api/destinations/x/test")
            #expect(reply.status == 200)
            #expect(
                reply.text.hasPrefix(
                    #"{"destination":"x","started_at":"2024-01-15T10:05:00.000Z","outcome":"delivered","status_code":204,"#
                        + #""error_class":null,"error":null,"url":"https://n8n.example.com/hook?token=LEAK","#
                )
            )
            #expect(api.relay.requests == ["test x by ops"])
        }
    }

    @Test("failures are told apart", arguments: ["pause", "resume", "test"])
    func failures(action: String) async throws {
        try await TestAPI.run { api in
            let path = "/api/destinations/nope/\(action)"
            let missing = try await api.send(.post, path)
            #expect(missing.status == 404)
            #expect(missing.detail == #"there is no destination "nope""#)
            api.relay.change { $0.destinationFailure = .notConfigured }
            #expect(try await api.send(.post, path).status == 409)
            let callback = try await api.send(.post, "/api/destinations/callback-x/\(action)")
            #expect(callback.status == 409 && callback.detail.contains("its URL came with an event"))
            api.relay.change { $0.destinationFailure = .unavailable }
            let away = try await api.send(.post, path)
            #expect(away.status == 503)
            #expect(away.header("Retry-After") == "5")
            #expect(try await api.post(path, #"{"a":1}"#).status == 422)
        }
    }

    @Test("rates are written as configuration writes them")
    func rates() {
        for text in ["100/s", "30/m", "500/h"] {
            let state = DestinationState(name: "x", isConfigured: true, rate: DeliveryRate(text))
            let rate = state.members.first { $0.name == "rate" }?.value
            #expect(rate.map { String(decoding: $0.bytes, as: UTF8.self) } == "\"\(text)\"")
        }
    }
}
