import Deliveries
import HTTPTypes
import Testing

@testable import API

@Suite("Hostile input")
struct HostileInputTests {
    @Test(
        "a body that is not one JSON object cannot be read",
        arguments: [
            "[]", "null", "\"x\"", "{", "{\"type\"", "{\"type\":}", "{}{}", "{} x", "{\"type\":\"a.b\",}", "{'type':1}",
            "{\"a\":01}", "{\"a\":NaN}", "\u{FEFF}{}", "{\"a\":\"\n\"}", "{\"a\":\"\\x\"}", "{\"a\":tru}", " ", "\0",
        ]
    )
    func notJSON(body: String) async throws {
        try await TestAPI.run { api in
            let reply = try await api.post("/api/events", body)
            #expect(reply.status == 400)
            #expect(reply.detail.hasPrefix("the body "))
            #expect(api.relay.published.isEmpty)
        }
    }

    @Test(
        "bytes that are no UTF-8 cannot be read",
        arguments: [[0xFF], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF5, 0x80, 0x80, 0x80]] as [[UInt8]]
    )
    func notUTF8(bytes: [UInt8]) async throws {
        try await TestAPI.run { api in
            let body = Array(#"{"type":"a.b","data":{"a":""#.utf8) + bytes + Array(#""}}"#.utf8)
            let reply = try await api.send(.post, "/api/events", body: body)
            #expect(reply.status == 400)
            #expect(reply.detail.contains("is not valid UTF-8"))
            let name = Array("{\"".utf8) + bytes + Array("\":1}".utf8)
            #expect(try await api.send(.post, "/api/events", body: name).status == 400)
        }
    }

    @Test("nesting is bounded", arguments: ["[", "{\"a\":"])
    func deep(opening: String) async throws {
        try await TestAPI.run { api in
            let reply = try await api.post("/api/events", "{\"data\":" + String(repeating: opening, count: 100_000))
            #expect(reply.status == 400)
            #expect(reply.detail.contains("nested more than 128 deep"))
        }
    }

    @Test("many members are read in bounded time and refused at the first that is not known")
    func manyMembers() async throws {
        try await TestAPI.run { api in
            let body = "{" + (0..<80_000).map { "\"a\($0)\":1" }.joined(separator: ",") + "}"
            let reply = try await api.post("/api/events", body)
            #expect(reply.status == 422)
            #expect(reply.body.count < 600)
        }
    }

    @Test("a name that is long, escaped or half a surrogate pair is cut and quoted")
    func names() async throws {
        try await TestAPI.run { api in
            for name in [String(repeating: "n", count: 10_000), #"\ud800"#, #"\u0000"#, "<script>", "é\u{202E}"] {
                let reply = try await api.post("/api/events", "{\"\(name)\":1}")
                #expect(reply.status == 422)
                #expect(reply.body.count < 800)
            }
        }
    }

    @Test(
        "control characters in a member's text are refused, not published",
        arguments: [#"\u0000"#, #"\n"#, #"\u001b"#, "\u{7F}"]
    )
    func controlCharacters(text: String) async throws {
        try await TestAPI.run { api in
            for name in ["job_id", "product_id", "queue", "tenant", "route", "callback_url", "failure_url"] {
                let reply = try await api.post("/api/events", #"{"type":"a.b","data":{},"\#(name)":"a\#(text)b"}"#)
                #expect(reply.status == 422)
                #expect(reply.json["field"]?.string == name)
            }
        }
    }

    @Test("paths with odd encodings name nothing and break nothing")
    func paths() async throws {
        try await TestAPI.run { api in
            for name in [
                "%00", "%ff", "%", "%2", "%zz", "..", "%2e%2e", "a%2fb", "a%0d%0aX: y", "é",
                String(repeating: "a", count: 4000),
            ] {
                let reply = try await api.post("/api/destinations/\(name)/pause", "")
                #expect(reply.status == 404, "\(name)")
            }
        }
    }
}
