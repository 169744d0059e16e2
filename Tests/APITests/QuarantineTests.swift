import Deliveries
import Ledger
import HTTPTypes
import Testing

@testable import API

@Suite("Quarantine")
struct QuarantineTests {
    @Test("an entry in the list has its members in order")
    func members() async throws {
        try await TestAPI.run { api in
            let fields = [EventField("type", "job.completed"), EventField("id", "e-1"), EventField("data", "[1]")]
            api.ledger.insert(Sample.quarantined(3, fields: fields))
            let reply = try await api.send(.get, "/api/quarantine")
            #expect(
                reply.text
                    == #"{"items":[{"id":3,"entry_id":"1700000000003-0","field":"data","reason":"is missing","#
                    + #""received_at":"2024-01-15T10:05:00.000Z","type":"job.completed","event_id":"e-1","job_id":null,"#
                    + #""size":29}],"next":null}"#
            )
        }
    }

    @Test("one entry shows its raw fields, bytes that are no text in base 64")
    func rawFields() async throws {
        try await TestAPI.run { api in
            let fields = [
                EventField("type", "a\u{0}\"b"), EventField(name: [0xFF], value: [0xFF, 0x00]),
                EventField("data", String(repeating: "x", count: 1 << 20 + 5)),
            ]
            api.ledger.insert(Sample.quarantined(1, fields: fields))
            let shown = try await api.send(.get, "/api/quarantine/1").json["fields"]
            #expect(shown?[0]?["value"]?.string == "a\u{0}\"b")
            #expect(shown?[0]?["encoding"]?.string == "utf-8")
            #expect(shown?[1]?["name"]?.string == "\u{FFFD}")
            #expect(shown?[1]?["value"]?.string == "/wA=")
            #expect(shown?[1]?["encoding"]?.string == "base64")
            #expect(shown?[2]?["value"]?.string?.count == 1 << 20)
            #expect(shown?[2]?["size"]?.number == Double(1 << 20 + 5))
            #expect(shown?[2]?["truncated"] == .bool(true))
        }
    }

    @Test("following next gives every entry once")
    func pages() async throws {
        try await TestAPI.run { api in
            for number in 1...7 { api.ledger.insert(Sample.quarantined(Int64(number))) }
            var path: String? = "/api/quarantine?limit=3"
            var seen: [Double] = []
            while let next = path, seen.count < 20 {
                let reply = try await api.send(.get, next)
                seen += (reply.json["items"]?.items ?? []).compactMap { $0["id"]?.number }
                path = reply.json["next"]?.string
            }
            #expect(seen == [7, 6, 5, 4, 3, 2, 1])
            #expect(
                try await api.send(.get, "/api/quarantine?limit=3").json["next"]?.string
                    == "/api/quarantine?limit=3&cursor=5"
            )
        }
    }

    @Test("a cursor is a number", arguments: ["0", "-1", "+1", "01", "x", "9223372036854775808"])
    func badCursor(cursor: String) async throws {
        try await TestAPI.run { api in
            let reply = try await api.send(.get, "/api/quarantine?cursor=\(cursor)")
            #expect(reply.status == 422)
            #expect(reply.json["field"]?.string == "cursor")
        }
    }

    @Test("what is not there is not there", arguments: ["1", "0", "-1", "01", "x", "9223372036854775808"])
    func missing(id: String) async throws {
        try await TestAPI.run { api in
            let reply = try await api.send(.get, "/api/quarantine/\(id)")
            #expect(reply.status == 404)
            #expect(try await api.send(.delete, "/api/quarantine/\(id)").status == 404)
            #expect(try await api.post("/api/quarantine/\(id)/redrive", "").status == 404)
        }
    }

    @Test("discarding removes an entry for good")
    func discard() async throws {
        try await TestAPI.run { api in
            api.ledger.insert(Sample.quarantined(4))
            let reply = try await api.send(.delete, "/api/quarantine/4")
            #expect(reply.status == 204)
            #expect(reply.body.isEmpty)
            #expect(try await api.send(.delete, "/api/quarantine/4").status == 404)
            #expect(api.relay.requests.first == "discard 4 by ops")
        }
    }

    @Test("redriving says whether the entry was admitted or was not needed")
    func redrive() async throws {
        try await TestAPI.run { api in
            api.ledger.insert(Sample.quarantined(4))
            let reply = try await api.send(.post, "/api/quarantine/4/redrive")
            #expect(reply.text == #"{"id":4,"result":"admitted"}"#)
            api.relay.change { $0.redriveAnswer = .duplicate }
            #expect(try await api.post("/api/quarantine/4/redrive", "{}").text == #"{"id":4,"result":"duplicate"}"#)
            #expect(api.relay.requests == ["redrive 4 by ops", "redrive 4 by ops"])
        }
    }

    @Test(
        "an entry that still cannot be used stays, and the answer says why",
        arguments: [Admission.quarantined, .conflict]
    )
    func stillUnusable(answer: Admission) async throws {
        try await TestAPI.run { api in
            api.ledger.insert(Sample.quarantined(4))
            api.relay.change { $0.redriveAnswer = answer }
            let reply = try await api.send(.post, "/api/quarantine/4/redrive")
            #expect(reply.status == 409)
            #expect(reply.detail == "entry 4 stays in quarantine: data: is missing")
        }
    }
}
