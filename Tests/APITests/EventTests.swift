import Deliveries
import Testing

@testable import API

@Suite("Publishing events")
struct EventTests {
    @Test("an event is put on the stream with every field, and the answer names its id and entry")
    func allFields() async throws {
        try await TestAPI.run { api in
            let reply = try await api.post(
                "/api/events",
                #"""
                {"type":"job.completed","id":"evt-1","job_id":"j","product_id":"p","queue":"q","tenant":"t",
                 "timestamp":"2024-01-15T10:05:00Z","callback_url":"https://a.example/x?s=1","failure_url":"https://b.example",
                 "route":"r","traceparent":"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01","data":{"a":1}}
                """#,
                key: "n8n-secret"
            )
            #expect(reply.status == 202)
            #expect(reply.text == #"{"id":"evt-1","entry_id":"1700000000000-0"}"#)
            let fields = try #require(api.relay.published.first)
            #expect(
                fields == [
                    EventField("type", "job.completed"), EventField("id", "evt-1"), EventField("job_id", "j"),
                    EventField("product_id", "p"), EventField("queue", "q"), EventField("tenant", "t"),
                    EventField("timestamp", "2024-01-15T10:05:00Z"),
                    EventField("callback_url", "https://a.example/x?s=1"),
                    EventField("failure_url", "https://b.example"), EventField("route", "r"),
                    EventField("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"),
                    EventField("data", #"{"a":1}"#),
                ]
            )
        }
    }

    @Test("data reaches the stream byte for byte: numbers, escapes, spaces and order as written")
    func dataIsVerbatim() async throws {
        try await TestAPI.run { api in
            let data =
                "{ \"z\":1.10,\"big\":123456789012345678901234567890, \"e\":1E+2,\n \"u\":\"\\u00e9\\/é\", \"z\":[ ] }"
            try await api.post("/api/events", "{\"data\" :\t\(data) , \"type\":\"job.completed\"}")
            #expect(api.relay.published.first?.last == EventField("data", data))
        }
    }

    @Test("without an id the answer gives the one that intake will give")
    func defaultID() async throws {
        try await TestAPI.run { api in
            let reply = try await api.post("/api/events", #"{"type":"a.b","data":{}}"#)
            #expect(reply.json["id"]?.string == "evt_1700000000000-0")
        }
    }

    @Test("null and empty text count as absent, and names may be escaped")
    func absentMembers() async throws {
        try await TestAPI.run { api in
            try await api.post("/api/events", #"{"\u0074ype":"a.b","data":{},"job_id":null,"queue":"","route":null}"#)
            #expect(api.relay.published.first == [EventField("type", "a.b"), EventField("data", "{}")])
        }
    }

    @Test(
        "Idempotency-Key becomes the id when the body has none",
        arguments: [("k:1_2-3", "k:1_2-3"), ("\"quoted\"", "quoted")]
    )
    func idempotencyKey(given: String, id: String) async throws {
        try await TestAPI.run { api in
            let reply = try await api.post(
                "/api/events",
                #"{"type":"a.b","data":{}}"#,
                headers: ["Idempotency-Key": given]
            )
            #expect(reply.json["id"]?.string == id)
            let other = try await api.post(
                "/api/events",
                #"{"type":"a.b","data":{},"id":"own"}"#,
                headers: ["Idempotency-Key": given]
            )
            #expect(other.json["id"]?.string == "own")
        }
    }

    @Test(
        "an Idempotency-Key that cannot be an id is refused",
        arguments: ["a b", "\"\"", "é", String(repeating: "a", count: 129)]
    )
    func badIdempotencyKey(given: String) async throws {
        try await TestAPI.run { api in
            let reply = try await api.post(
                "/api/events",
                #"{"type":"a.b","data":{}}"#,
                headers: ["Idempotency-Key": given]
            )
            #expect(reply.status == 422)
            #expect(reply.json["field"]?.string == "Idempotency-Key")
            #expect(api.relay.published.isEmpty)
        }
    }

    @Test("the traceparent header is used when the body has none")
    func traceparentHeader() async throws {
        try await TestAPI.run { api in
            try await api.post("/api/events", #"{"type":"a.b","data":{}}"#, headers: ["traceparent": "00-aa-bb-01"])
            try await api.post(
                "/api/events",
                #"{"type":"a.b","data":{},"traceparent":"own"}"#,
                headers: ["traceparent": "00-aa-bb-01"]
            )
            let seen = api.relay.published.map { $0.filter { $0.name == Array("traceparent".utf8) } }
            #expect(seen == [[EventField("traceparent", "00-aa-bb-01")], [EventField("traceparent", "own")]])
        }
    }

    @Test("a key of a tenant publishes for its tenant only")
    func tenant() async throws {
        try await TestAPI.run { api in
            try await api.post("/api/events", #"{"type":"a.b","data":{}}"#, key: "acme-secret")
            try await api.post("/api/events", #"{"type":"a.b","data":{},"tenant":"acme"}"#, key: "acme-secret")
            #expect(api.relay.published.allSatisfy { $0.contains(EventField("tenant", "acme")) })
            let reply = try await api.post(
                "/api/events",
                #"{"type":"a.b","data":{},"tenant":"other"}"#,
                key: "acme-secret"
            )
            #expect(reply.status == 403)
            #expect(reply.json["field"]?.string == "tenant")
            #expect(api.relay.published.count == 2)
        }
    }

    @Test(
        "a bad event is refused at once, with the field to blame",
        arguments: [
            (#"{"data":{}}"#, "type"), (#"{"type":"UPPER","data":{}}"#, "type"), (#"{"type":7,"data":{}}"#, "type"),
            (#"{"type":"a.b"}"#, "data"), (#"{"type":"a.b","data":[]}"#, "data"),
            (#"{"type":"a.b","data":"{}"}"#, "data"),
            (#"{"type":"a.b","data":null}"#, "data"), (#"{"type":"a.b","data":{},"id":"ä"}"#, "id"),
            (#"{"type":"a.b","data":{},"id":5}"#, "id"),
            (#"{"type":"a.b","data":{},"timestamp":"today"}"#, "timestamp"),
            (#"{"type":"a.b","data":{},"queue":"a\u0000b"}"#, "queue"),
            (#"{"type":"a.b","data":{},"route":{}}"#, "route"),
            (#"{"type":"a.b","data":{},"job_id":"\ud800"}"#, "job_id"),
            (#"{"type":"a.b","data":{},"type":"a.c"}"#, "type"),
        ]
    )
    func refused(body: String, field: String) async throws {
        try await TestAPI.run { api in
            let reply = try await api.post("/api/events", body)
            #expect(reply.status == 422)
            #expect(reply.json["field"]?.string == field)
            #expect(reply.detail.hasPrefix(field + ": "))
            #expect(api.relay.published.isEmpty)
        }
    }

    @Test("what the caller's tenant may not do is refused by name")
    func refusedForTenant() async throws {
        try await TestAPI.run { api in
            let body = #"{"type":"a.b","data":{},"route":"not-yours"}"#
            let reply = try await api.post("/api/events", body, key: "acme-secret")
            #expect(reply.status == 422)
            #expect(reply.json["field"]?.string == "route")
            #expect(api.relay.published.isEmpty)
            #expect(try await api.post("/api/events", body).status == 202)
        }
    }

    @Test("a tenant is told that an id is another's; its own may be repeated")
    func takenID() async throws {
        try await TestAPI.run { api in
            for (number, tenant) in [(1, "bob"), (2, "acme"), (3, nil)] {
                api.ledger.insert(Sample.delivery(number, tenant: tenant))
            }
            for number in [1, 3] {
                let reply = try await api.post(
                    "/api/events",
                    #"{"type":"a.b","data":{},"id":"evt_\#(number)"}"#,
                    key: "acme-secret"
                )
                #expect(reply.status == 409)
                #expect(reply.json["field"]?.string == "id")
            }
            #expect(api.relay.published.isEmpty)
            let repeated = try await api.post(
                "/api/events",
                #"{"type":"a.b","data":{},"id":"evt_2"}"#,
                key: "acme-secret"
            )
            #expect(repeated.status == 202)
            // Whoever acts for all tenants is not held up.
            #expect(try await api.post("/api/events", #"{"type":"a.b","data":{},"id":"evt_1"}"#).status == 202)
        }
    }

    @Test("a member that is not known is named")
    func unknownMember() async throws {
        try await TestAPI.run { api in
            let reply = try await api.post("/api/events", #"{"type":"a.b","data":{},"jobid":"x"}"#)
            #expect(reply.status == 422)
            #expect(reply.detail.hasPrefix(#""jobid" is not a member here; known are type, id, job_id"#))
        }
    }

    @Test("a mebibyte of data fits; more is refused by name, and a larger body whole")
    func sizes() async throws {
        try await TestAPI.run { api in
            func body(dataBytes: Int) -> String {
                #"{"type":"a.b","data":{"a":"\#(String(repeating: "x", count: dataBytes - 8))"}}"#
            }
            #expect(try await api.post("/api/events", body(dataBytes: 1 << 20)).status == 202)
            #expect(api.relay.published.first?.last?.value.count == 1 << 20)
            let over = try await api.post("/api/events", body(dataBytes: 1 << 20 + 1))
            #expect(over.status == 422)
            #expect(over.json["field"]?.string == "data")
            let whole = try await api.post("/api/events", body(dataBytes: 2 << 20))
            #expect(whole.status == 413)
            #expect(whole.detail == "the body is longer than the limit of 1153434 bytes")
        }
    }

    @Test("while Redis is away or the stream is full the client is told to come back")
    func unavailable() async throws {
        try await TestAPI.run { api in
            for (failure, words) in [
                (PublishError.unavailable, "Redis does not answer"), (.full, "the event stream is full"),
                (.refused(reason: "OOM no memory"), "nothing was published: OOM no memory"),
            ] {
                api.relay.change { $0.publishFailure = failure }
                let reply = try await api.post("/api/events", #"{"type":"a.b","data":{}}"#)
                #expect(reply.status == 503)
                #expect(reply.detail.contains(words))
                #expect(reply.header("Retry-After").flatMap(Int.init) ?? 0 > 0)
            }
        }
    }
}
