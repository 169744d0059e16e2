import HTTPTypes
import Ledger
import Testing

@testable import API

@Suite("Problems")
struct ProblemTests {
    @Test("problem details have their members in order and their own content type")
    func shape() async throws {
        try await TestAPI.run { api in
            let reply = try await api.send(.get, "/api/deliveries?limit=0")
            #expect(reply.header("Content-Type") == "application/problem+json")
            #expect(
                reply.text == #"{"type":"urn:postback:problem:invalid","title":"A value cannot be used","status":422,"#
                    + #""detail":"limit: \"0\" is not a number from 1 to 200","#
                    + #""message":"limit: \"0\" is not a number from 1 to 200","field":"limit"}"#
            )
        }
    }

    @Test(
        "a path that is not there is a problem too, with or without a key",
        arguments: ["/nope", "/api", "/api/", "/api/deliveries/x/y"]
    )
    func notFound(path: String) async throws {
        try await TestAPI.run { api in
            for key in ["ops-secret", nil] {
                let reply = try await api.send(.get, path, key: key)
                #expect(reply.status == 404)
                #expect(reply.detail == "there is no path \"\(path)\"")
            }
        }
    }

    @Test("a path shown in a problem is cut and cannot carry control characters")
    func reflectedPath() async throws {
        try await TestAPI.run { api in
            let reply = try await api.send(.get, "/" + String(repeating: "x", count: 5000))
            #expect(reply.body.count < 500)
        }
    }

    @Test("a method that does not apply is refused before anything else, and Allow names those that do")
    func methodNotAllowed() async throws {
        try await TestAPI.run { api in
            let cases: [(HTTPRequest.Method, String, String)] = [
                (.post, "/api/me", "GET, HEAD"), (.get, "/api/events", "POST"), (.put, "/api/deliveries", "GET, HEAD"),
                (.delete, "/api/deliveries/x", "GET, HEAD"), (.get, "/api/deliveries/x/replay", "POST"),
                (.patch, "/api/quarantine/1", "DELETE, GET, HEAD"), (.options, "/livez", "GET, HEAD"),
                (.trace, "/", "GET, HEAD"), (.delete, "//api//me/", "GET, HEAD"),
                (.options, "/api/jobs/cancel", "POST"),
                (.put, "/api/jobs/1", "DELETE, GET, HEAD"),
            ]
            for (method, path, allowed) in cases {
                let reply = try await api.send(method, path, key: nil)
                #expect(reply.status == 405, "\(method) \(path)")
                #expect(reply.header("Allow") == allowed)
            }
            let unknown = try await api.send(try #require(HTTPRequest.Method("BREW")), "/livez")
            #expect(unknown.status == 405)
        }
    }

    @Test("a body must be declared as JSON, an empty one need not be")
    func contentType() async throws {
        try await TestAPI.run { api in
            let event = #"{"type":"a.b","data":{}}"#
            for type in [
                "text/plain", "application/x-www-form-urlencoded", "application/jsonx",
                "multipart/form-data; a=application/json", "",
            ] {
                let reply = try await api.post("/api/events", event, headers: ["Content-Type": type])
                #expect(reply.status == 415, "\(type)")
            }
            for type in ["application/json", "Application/JSON; charset=utf-8", "application/json ;charset=UTF-8"] {
                #expect(
                    try await api.post("/api/events", event, headers: ["Content-Type": type]).status == 202,
                    "\(type)"
                )
            }
            let empty = try await api.post(
                "/api/deliveries/\(Sample.id(1))/replay",
                "",
                headers: ["Content-Type": "text/plain"]
            )
            #expect(empty.status == 404)
        }
    }

    @Test(
        "a body that is larger than an endpoint needs is refused",
        arguments: ["/api/deliveries/\(Sample.id(1))/replay", "/api/destinations/x/pause"]
    )
    func tooLarge(path: String) async throws {
        try await TestAPI.run { api in
            let body = #"{"force":"\#(String(repeating: "x", count: 64 << 10))"}"#
            let reply = try await api.post(path, body)
            #expect(reply.status == 413)
        }
    }

    @Test(
        "while the ledger is away every read says when to come back, without what it holds",
        arguments: [(LedgerError.Code.busy, "1"), (.full, "10"), (.inaccessible, "10"), (.corrupt, "10")]
    )
    func ledgerAway(code: LedgerError.Code, retryAfter: String) async throws {
        try await TestAPI.run { api in
            api.ledger.fail(LedgerError(code, "disk I/O error at /var/lib/postback"))
            for path in [
                "/api/deliveries", "/api/deliveries/\(Sample.id(1))", "/api/quarantine", "/api/quarantine/1",
                "/api/destinations",
            ] {
                let reply = try await api.send(.get, path)
                #expect(reply.status == 503)
                #expect(reply.header("Retry-After") == retryAfter)
                #expect(!reply.text.contains("/var/lib"))
            }
            for path in [
                "/api/deliveries/\(Sample.id(1))/replay", "/api/deliveries/\(Sample.id(1))/cancel",
                "/api/quarantine/1/redrive",
            ] {
                #expect(try await api.post(path, "").status == 503)
            }
            #expect(try await api.send(.delete, "/api/quarantine/1").status == 503)
        }
    }

    @Test(
        "a mistake in the program is a 500 that tells nothing",
        arguments: [LedgerError.Code.owned, .tooNew, .internal]
    )
    func internalError(code: LedgerError.Code) async throws {
        try await TestAPI.run { api in
            api.ledger.fail(LedgerError(code, "SELECT secret FROM table"))
            let reply = try await api.send(.get, "/api/deliveries")
            #expect(reply.status == 500)
            #expect(!reply.text.contains("SELECT"))
        }
    }
}
