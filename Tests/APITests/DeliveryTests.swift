import Deliveries
import Ledger
import HTTPTypes
import Testing

@testable import API

@Suite("One delivery")
struct DeliveryTests {
    private static func path(_ number: Int) -> String { "/api/deliveries/\(Sample.id(number))" }

    @Test("the view shows the whole URL, the body byte for byte, and the headers that are no secret")
    func view() async throws {
        try await TestAPI.run { api in
            var delivery = Sample.delivery(1)
            delivery.traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
            api.ledger.insert(delivery)
            let reply = try await api.send(.get, Self.path(1))
            #expect(reply.json["url"]?.string == "https://n8n.example.com/webhook/pdf?signature=TOKEN/suffix")
            #expect(
                reply.text.contains(
                    #""body":{"event_id":"evt_1","price":1.10,"big":12345678901234567890},"headers_sent":"#
                )
            )
            #expect(
                reply.json["headers_sent"]
                    == .object([
                        "content-type": .string("application/json"),
                        "user-agent": .string("Postback/1.2.3 (webhook; swift)"),
                        "webhook-id": .string("evt_1"),
                        "x-postback-event": .string("job.completed"),
                        "x-postback-delivery": .string(Sample.id(1).description),
                        "traceparent": .string("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"),
                    ])
            )
            #expect(reply.json["attempt_count"]?.number == 0)
            #expect(reply.json["attempts"] == .array([]))
        }
    }

    @Test("an attempt shows what came back, in milliseconds and text")
    func attempt() async throws {
        try await TestAPI.run { api in
            api.ledger.insert(
                Sample.delivery(1, attempts: [Sample.attempt(1, statusCode: 500, headers: [HeaderField("X-A", "b")])])
            )
            let reply = try await api.send(.get, Self.path(1))
            #expect(
                reply.text.hasSuffix(
                    #""attempts":[{"number":1,"trigger":"scheduled","requested_by":null,"started_at":"2024-01-15T10:05:00.000Z","#
                        + #""outcome":"retry","status_code":500,"error_class":"http","error":null,"#
                        + #""url":"https://n8n.example.com/webhook/pdf?signature=TOKEN/suffix","remote_address":"192.0.2.1:443","#
                        + #""response":{"headers":[{"name":"X-A","value":"b"}],"body":"ok","body_truncated":false},"#
                        + #""times_ms":{"dns":0.5,"connect":1.25,"tls":null,"first_byte":12.346,"total":13.0}}]}"#
                )
            )
        }
    }

    @Test("an attempt without an answer has no response, and a body that is no text is shown as well as can be")
    func oddAttempts() async throws {
        try await TestAPI.run { api in
            var silent = Sample.attempt(1)
            silent.outcome = .unknown
            silent.requestedBy = "ops"
            silent.trigger = .replay
            silent.answer = Answer(
                failure: .timeout,
                errorText: "no answer within 30 s",
                requestWasSent: true,
                times: PhaseTimes(total: .infinity)
            )
            var binary = Sample.attempt(2)
            binary.answer.body = [0x68, 0x69, 0xFF, 0x00, 0x22]
            binary.answer.bodyWasTruncated = true
            api.ledger.insert(Sample.delivery(1, attempts: [silent, binary]))
            let attempts = try await api.send(.get, Self.path(1)).json["attempts"]
            #expect(attempts?[0]?["response"] == .null)
            #expect(attempts?[0]?["error_class"]?.string == "timeout")
            #expect(attempts?[0]?["times_ms"]?["total"] == .null)
            #expect(attempts?[0]?["requested_by"]?.string == "ops")
            #expect(attempts?[1]?["response"]?["body"]?.string == "hi\u{FFFD}\u{0}\"")
            #expect(attempts?[1]?["response"]?["body_truncated"] == .bool(true))
            #expect(attempts?[1]?["error_class"] == .null)
        }
    }

    @Test(
        "headers of a receiver that may let someone in are named but not shown",
        arguments: [
            "Set-Cookie", "set-cookie2", "Authorization", "X-API-Key", "X-Auth-Token", "Proxy-Authorization",
            "X-Session-Id",
            "X-Client-Secret", "x-amz-security-token",
        ]
    )
    func redaction(name: String) async throws {
        try await TestAPI.run { api in
            let attempt = Sample.attempt(
                1,
                headers: [HeaderField(name, "LEAK"), HeaderField("Content-Type", "text/plain")]
            )
            api.ledger.insert(Sample.delivery(1, attempts: [attempt]))
            let reply = try await api.send(.get, Self.path(1))
            let headers = reply.json["attempts"]?[0]?["response"]?["headers"]
            #expect(headers?[0] == .object(["name": .string(name), "value": .string("[redacted]")]))
            #expect(headers?[1]?["value"]?.string == "text/plain")
            #expect(!reply.text.contains("LEAK"))
        }
    }

    @Test(
        "what is no id of a delivery is not there",
        arguments: [
            "dlv_0000000000000", "dlv_1", "x", "%00", "%ff", "DLV_0000000000000", "dlv_zzzzzzzzzzzzz",
            "%2e%2e%2fmetrics",
        ]
    )
    func missing(id: String) async throws {
        try await TestAPI.run { api in
            let reply = try await api.send(.get, "/api/deliveries/\(id)")
            #expect(reply.status == 404)
            #expect(try await api.post("/api/deliveries/\(id)/replay", "").status == 404)
            #expect(try await api.post("/api/deliveries/\(id)/cancel", "").status == 404)
        }
    }

    @Test("a delivery that has ended is replayed, in the name of the key")
    func replay() async throws {
        try await TestAPI.run { api in
            api.ledger.insert(Sample.delivery(1, status: .dead))
            let reply = try await api.send(.post, Self.path(1) + "/replay")
            #expect(reply.status == 202)
            #expect(reply.text == #"{"id":"\#(Sample.id(1))","status":"pending"}"#)
            #expect(api.relay.requests == ["replay \(Sample.id(1)) by ops"])
        }
    }

    @Test("one that was delivered needs force")
    func force() async throws {
        try await TestAPI.run { api in
            api.ledger.insert(Sample.delivery(1))
            for body in ["", "{}", #"{"force":false}"#, #"{"force":null}"#] {
                let refused = try await api.post(Self.path(1) + "/replay", body)
                #expect(refused.status == 409)
                #expect(refused.json["type"]?.string == "urn:postback:problem:already-delivered")
            }
            #expect(try await api.post(Self.path(1) + "/replay", #" {"force" : true} "#).status == 202)
            #expect(api.relay.requests.last == "replay \(Sample.id(1)) force by ops")
        }
    }

    @Test(
        "a wrong body of a replay is refused",
        arguments: [#"{"force":"true"}"#, #"{"force":1}"#, #"{"forced":true}"#]
    )
    func badReplayBody(body: String) async throws {
        try await TestAPI.run { api in
            api.ledger.insert(Sample.delivery(1))
            let reply = try await api.post(Self.path(1) + "/replay", body)
            #expect(reply.status == 422)
            #expect(api.relay.requests.isEmpty)
        }
    }

    @Test("a pending delivery is cancelled, one that has ended is not")
    func cancel() async throws {
        try await TestAPI.run { api in
            api.ledger.insert(Sample.delivery(1, status: .pending))
            let reply = try await api.post(Self.path(1) + "/cancel", "{}")
            #expect(reply.status == 202)
            #expect(reply.text == #"{"id":"\#(Sample.id(1))","status":"cancelled","attempt_under_way":false}"#)
            let again = try await api.post(Self.path(1) + "/cancel", "")
            #expect(again.status == 409)
            #expect(again.detail == "delivery \(Sample.id(1)) has ended as cancelled")
            #expect(try await api.post(Self.path(1) + "/cancel", #"{"force":true}"#).status == 422)
        }
    }

    @Test("a key of a tenant can neither see nor change a delivery of another")
    func tenant() async throws {
        try await TestAPI.run { api in
            api.ledger.insert(Sample.delivery(1, status: .pending, tenant: "acme"))
            for (number, tenant) in [(2, "other"), (3, nil), (4, "ACME"), (5, "acm\u{65}\u{301}")] {
                api.ledger.insert(Sample.delivery(number, status: .pending, tenant: tenant))
                let reply = try await api.send(.get, Self.path(number), key: "acme-ops-secret")
                #expect(reply.status == 404)
                #expect(try await api.post(Self.path(number) + "/replay", "", key: "acme-ops-secret").status == 404)
                #expect(try await api.post(Self.path(number) + "/cancel", "", key: "acme-ops-secret").status == 404)
            }
            #expect(api.relay.requests.isEmpty)
            #expect(try await api.send(.get, Self.path(1), key: "acme-ops-secret").status == 200)
            #expect(try await api.post(Self.path(1) + "/cancel", "", key: "acme-ops-secret").status == 202)
            #expect(api.relay.requests == ["cancel \(Sample.id(1)) by acme-ops"])
        }
    }
}
