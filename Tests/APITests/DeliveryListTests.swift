import Deliveries
import Ledger
import HTTPTypes
import Testing

@testable import API

@Suite("The list of deliveries")
struct DeliveryListTests {
    @Test("a delivery has its members in order, and its URL without the query")
    func members() async throws {
        try await TestAPI.run { api in
            api.ledger.insert(
                Sample.delivery(1, status: .pending, tenant: "acme", attempts: [Sample.attempt(1, statusCode: 500)])
            )
            let reply = try await api.send(.get, "/api/deliveries")
            let id = Sample.id(1).description
            #expect(
                reply.text == #"{"items":[{"id":"\#(id)","event_id":"evt_1","type":"job.completed","tenant":"acme","#
                    + #""job_id":"job-1","product_id":null,"queue":null,"destination":"psikotes.success","route":"psikotes","#
                    + #""url":"https://n8n.example.com/webhook/pdf","status":"pending","attempts":1,"#
                    + #""next_attempt_at":"2024-01-15T10:05:00.000Z","published_at":"2024-01-15T10:03:21.000Z","#
                    + #""received_at":"2024-01-15T10:03:21.000Z","ended_at":null,"last_outcome":"retry","#
                    + #""last_status_code":500,"last_error":null}],"next":null}"#
            )
            #expect(reply.header("Cache-Control") == "no-store")
        }
    }

    @Test("an empty list is a list")
    func empty() async throws {
        try await TestAPI.run { api in
            let reply = try await api.send(.get, "/api/deliveries")
            #expect(reply.text == #"{"items":[],"next":null}"#)
        }
    }

    @Test("following next gives every delivery once, the newest first", arguments: [1, 7, 50, 100, 200])
    func pages(limit: Int) async throws {
        try await TestAPI.run { api in
            for number in 1...100 { api.ledger.insert(Sample.delivery(number)) }
            var path: String? = "/api/deliveries?status=delivered&limit=\(limit)"
            var seen: [String] = []
            var pages = 0
            while let next = path {
                let reply = try await api.send(.get, next)
                try #require(reply.status == 200)
                seen += (reply.json["items"]?.items ?? []).compactMap { $0["id"]?.string }
                path = reply.json["next"]?.string
                pages += 1
                try #require(pages <= 100)
            }
            #expect(seen == (1...100).reversed().map { Sample.id($0).description })
            #expect(pages == (100 + limit - 1) / limit)
        }
    }

    @Test("next keeps every filter, with relative times made absolute")
    func nextKeepsFilters() async throws {
        try await TestAPI.run { api in
            for number in 1...3 { api.ledger.insert(Sample.delivery(number, attempts: [Sample.attempt(1)])) }
            let reply = try await api.send(
                .get,
                "/api/deliveries?q=n8n.EXAMPLE%20&limit=1&since=24h&until=2024-01-15T17:05:00.5%2B07:00&status=delivered"
                    + "&route=psikotes&destination=psikotes.success&type=job.completed&outcome=delivered&status_code=200"
            )
            #expect(reply.json["items"]?.items?.count == 0)
            let all = try await api.send(
                .get,
                "/api/deliveries?q=N8N.example%2Ecom/&limit=1&since=24h&until=2024-01-15T17:05:00.5+07:00&status_code=200"
            )
            let next = try #require(all.json["next"]?.string)
            #expect(
                next == "/api/deliveries?since=2024-01-14T10%3A05%3A00.000Z&until=2024-01-15T10%3A05%3A00.500Z"
                    + "&status_code=200&q=N8N.example.com%2F&limit=1&cursor=\(Sample.id(3))"
            )
            let first = try #require(api.ledger.lastQuery)
            try await api.send(.get, next)
            var second = try #require(api.ledger.lastQuery)
            #expect(second.after == Sample.id(3))
            second.after = nil
            #expect(second == first)
        }
    }

    @Test("every filter reaches the ledger")
    func filters() async throws {
        try await TestAPI.run { api in
            try await api.send(
                .get,
                "/api/deliveries?status=dead&route=r%26d&destination=d+1&type=a.b&job_id=j%2Bk&event_id=e&since=2024-01-15T10:05:00Z"
                    + "&until=90s&outcome=not_ready&status_code=404&q=%25&limit=200&cursor=\(Sample.id(9))"
            )
            var expected = DeliveryQuery(limit: 200, after: Sample.id(9))
            expected.status = .dead
            expected.route = "r&d"
            expected.destination = "d 1"
            expected.type = "a.b"
            expected.jobID = "j+k"
            expected.eventID = "e"
            expected.since = Sample.now
            expected.until = Sample.now.advanced(byMilliseconds: -90_000)
            expected.outcome = .notReady
            expected.statusCode = 404
            expected.text = "%"
            #expect(api.ledger.lastQuery == expected)
            try await api.send(.get, "/api/deliveries?&")
            #expect(api.ledger.lastQuery == DeliveryQuery(limit: 50))
        }
    }

    @Test("a key of a tenant lists its own deliveries only")
    func tenant() async throws {
        try await TestAPI.run { api in
            api.ledger.insert(Sample.delivery(1, tenant: "acme"))
            api.ledger.insert(Sample.delivery(2, tenant: "other"))
            api.ledger.insert(Sample.delivery(3))
            let reply = try await api.send(.get, "/api/deliveries", key: "acme-ops-secret")
            #expect(reply.json["items"]?.items?.compactMap { $0["id"]?.string } == [Sample.id(1).description])
            #expect(try await api.send(.get, "/api/deliveries").json["items"]?.items?.count == 3)
            let others = try await api.send(.get, "/api/deliveries?tenant=other")
            #expect(others.json["items"]?.items?.compactMap { $0["id"]?.string } == [Sample.id(2).description])
            let refused = try await api.send(.get, "/api/deliveries?tenant=other", key: "acme-ops-secret")
            #expect(refused.status == 403 && refused.detail.hasPrefix("tenant: "))
        }
    }

    @Test(
        "a parameter that cannot be used is refused by name",
        arguments: [
            ("status=DEAD", "status"), ("status=", "status"), ("outcome=ok", "outcome"), ("limit=0", "limit"),
            ("limit=201", "limit"), ("limit=+5", "limit"), ("limit=1e2", "limit"),
            ("limit=99999999999999999999", "limit"),
            ("limit=-1", "limit"), ("status_code=99", "status_code"), ("status_code=1000", "status_code"),
            ("since=yesterday", "since"), ("since=0h", "since"), ("since=1w", "since"), ("since=h", "since"),
            ("since=%2B5h", "since"), ("until=2024-02-30T00:00:00Z", "until"), ("cursor=abc", "cursor"),
            ("cursor=dlv_zzzzzzzzzzzzz", "cursor"), ("q=", "q"), ("q=a%00b", "q"), ("q", "q"), ("type=%0A", "type"),
            ("limit=5&limit=6", "limit"), ("status=dead&st%61tus=dead", "status"),
        ]
    )
    func unusable(query: String, field: String) async throws {
        try await TestAPI.run { api in
            let reply = try await api.send(.get, "/api/deliveries?\(query)")
            #expect(reply.status == 422)
            #expect(reply.json["field"]?.string == field)
            #expect(reply.detail.hasPrefix(field + ": "))
            #expect(api.ledger.lastQuery == nil)
        }
    }

    @Test("a parameter that is not known is refused, so that a typo does not widen the list")
    func unknownParameter() async throws {
        try await TestAPI.run { api in
            let reply = try await api.send(.get, "/api/deliveries?statuss=dead")
            #expect(reply.status == 422)
            #expect(reply.detail.hasPrefix(#""statuss" is not a parameter here; known are status, route"#))
            let none = try await api.send(.get, "/api/me?x=1")
            #expect(none.detail == #""x" is not a parameter here; this takes none"#)
        }
    }

    @Test(
        "a query string that is not percent-encoded UTF-8 cannot be read",
        arguments: ["q=%", "q=%zz", "q=%ff", "%e2=1"]
    )
    func malformedQuery(query: String) async throws {
        try await TestAPI.run { api in
            let reply = try await api.send(.get, "/api/deliveries?\(query)")
            #expect(reply.status == 400)
            #expect(reply.json["type"]?.string == "urn:postback:problem:malformed")
        }
    }

    @Test("what is shown of a long value is cut")
    func reflection() async throws {
        try await TestAPI.run { api in
            let reply = try await api.send(.get, "/api/deliveries?status=" + String(repeating: "%3Cx%3E", count: 100))
            #expect(reply.status == 422)
            #expect(reply.body.count < 600)
            let long = try await api.send(.get, "/api/deliveries?q=" + String(repeating: "a", count: 513))
            #expect(long.detail == "q: is longer than 512 characters")
        }
    }
}
