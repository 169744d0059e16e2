import Deliveries
import Foundation
import HTTPTypes
import HummingbirdTesting
import Logging
import Testing

@testable import API

@Suite("The server", .timeLimit(.minutes(1)))
struct ServerTests {
    private static let livez = "GET /livez HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"

    @Test("it listens on a free port, tells which, and stops when its group does")
    func lifecycle() async throws {
        try await RunningServer.run { server in
            #expect(server.port > 0)
            let reply = try await server.exchange(Self.livez)
            #expect(reply.hasPrefix("HTTP/1.1 200 OK\r\n"))
            #expect(reply.hasSuffix("\r\n\r\n{\"status\":\"ok\"}"))
        }
    }

    @Test("a port that is taken is an error, not a hang")
    func portTaken() async throws {
        try await RunningServer.run { server in
            let second = APIApplication(
                host: "127.0.0.1",
                port: server.port,
                dependencies: TestAPI.dependencies(
                    ledger: server.ledger,
                    relay: server.relay,
                    logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
                )
            )
            await #expect(throws: (any Error).self) { try await second.run() }
        }
    }

    @Test("answers over a socket are those of the router")
    func live() async throws {
        try await TestAPI.run(.live) { api in
            api.ledger.insert(Sample.delivery(1, attempts: [Sample.attempt(1)]))
            let list = try await api.send(.get, "/api/deliveries?limit=1")
            #expect(list.json["items"]?.items?.count == 1)
            let one = try await api.send(.get, "/api/deliveries/\(Sample.id(1))")
            #expect(one.status == 200)
            let event = #"{"type":"a.b","data":{"a":"\#(String(repeating: "x", count: 1 << 20 - 8))"}}"#
            let published = try await api.post("/api/events", event)
            #expect(published.status == 202)
            let large = try await api.post("/api/events", event + event)
            #expect(large.status == 413)
            let after = try await api.send(.get, "/api/me")
            #expect(after.status == 200)
            let refused = try await api.send(.patch, "/api/me", key: nil)
            #expect(refused.status == 405)
            let discarded = try await api.send(.delete, "/api/quarantine/1")
            #expect(discarded.status == 404)
        }
    }

    @Test(
        "a request that is no HTTP, or whose headers are too large, is refused with a problem and the connection closed",
        arguments: [
            ("garbage\r\n\r\n", 400, "malformed"),
            ("GET /livez HTTP/1.1\r\nHost: x\r\nA\u{0}: b\r\n\r\n", 400, "malformed"),
            ("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400, "malformed"),
            (
                "GET /" + String(repeating: "a", count: 20 << 10) + " HTTP/1.1\r\nHost: x\r\n\r\n", 431,
                "headers-too-large"
            ),
            (
                "GET /livez HTTP/1.1\r\nHost: x\r\nA: " + String(repeating: "a", count: 20 << 10) + "\r\n\r\n", 431,
                "headers-too-large"
            ),
            (
                "GET /livez HTTP/1.1\r\nHost: x\r\n" + (0..<200).map { "A\($0): b\r\n" }.joined() + "\r\n", 431,
                "headers-too-large"
            ),
        ]
    )
    func malformedRequests(request: String, status: Int, kind: String) async throws {
        try await RunningServer.run { server in
            try Self.expectProblem(try await server.exchange(request), status, kind)
            let next = try await server.exchange(Self.livez)
            #expect(next.hasPrefix("HTTP/1.1 200 "))
        }
    }

    /// One answer that is a problem of this kind, and the last on its connection.
    private static func expectProblem(_ reply: String, _ status: Int, _ kind: String) throws {
        let parts = reply.components(separatedBy: "\r\n\r\n")
        try #require(parts.count == 2, "\(reply)")
        let head = parts[0].lowercased().components(separatedBy: "\r\n")
        #expect(head[0].hasPrefix("http/1.1 \(status) "))
        #expect(head.contains("content-type: application/problem+json"))
        #expect(head.contains("connection: close"))
        #expect(head.contains("content-length: \(parts[1].utf8.count)"))
        let problem = try #require(JSONValue(json: parts[1].utf8))
        #expect(problem["type"]?.string == "urn:postback:problem:\(kind)")
        #expect(problem["status"] == .number(Double(status)))
        #expect(problem["detail"]?.string?.isEmpty == false)
    }

    @Test("what is no HTTP is refused in its turn, after the answer to the request before it")
    func malformedAfterRequest() async throws {
        try await RunningServer.run { server in
            let reply = try await server.exchange("GET /livez HTTP/1.1\r\nHost: x\r\n\r\ngarbage\r\n\r\n")
            let first = try #require(reply.range(of: "{\"status\":\"ok\"}"))
            #expect(reply.hasPrefix("HTTP/1.1 200 "))
            try Self.expectProblem(String(reply[first.upperBound...]), 400, "malformed")
        }
    }

    @Test("a client that waits to be asked for its body is asked, by either way of framing it")
    func continues() async throws {
        try await RunningServer.run { server in
            let event = #"{"type":"a.b","data":{}}"#
            let head =
                "POST /api/events HTTP/1.1\r\nHost: x\r\nX-API-Key: ops-secret\r\nContent-Type: application/json\r\nExpect: 100-continue\r\n"
            let size = String(event.utf8.count, radix: 16)
            for (framing, body) in [
                ("Content-Length: \(event.utf8.count)\r\n\r\n", event),
                ("Transfer-Encoding: chunked\r\n\r\n", "\(size)\r\n\(event)\r\n0\r\n\r\n"),
            ] {
                try await server.converse { connection in
                    try await connection.send(head + framing)
                    let asked = try await connection.read(through: "\r\n\r\n")
                    #expect(asked == "HTTP/1.1 100 Continue\r\n\r\n")
                    try await connection.send(body + Self.livez)
                    let reply = try await connection.readToEnd()
                    #expect(reply.hasPrefix("HTTP/1.1 202 "))
                    #expect(reply.hasSuffix("{\"status\":\"ok\"}"))
                }
            }
            #expect(server.relay.published.count == 2)
        }
    }

    @Test(
        "a request that is refused for its headers gets its answer and is not asked for its body",
        arguments: [
            ("X-API-Key: nobody\r\nContent-Type: application/json\r\nContent-Length: 24\r\n", 401),
            ("X-API-Key: ops-secret\r\nContent-Type: application/json\r\nContent-Length: 2000000\r\n", 413),
            ("X-API-Key: ops-secret\r\nContent-Type: text/plain\r\nContent-Length: 24\r\n", 415),
        ]
    )
    func refusesBeforeBody(headers: String, status: Int) async throws {
        try await RunningServer.run { server in
            try await server.converse { connection in
                try await connection.send(
                    "POST /api/events HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\n\(headers)\r\n"
                )
                let first = try await connection.read(through: "\r\n")
                #expect(first.hasPrefix("HTTP/1.1 \(status) "))
            }
        }
    }

    @Test("who expects to be asked and has no body is not asked")
    func expectsForNothing() async throws {
        try await RunningServer.run { server in
            let head = "POST /api/destinations/x/pause HTTP/1.1\r\nHost: x\r\nX-API-Key: ops-secret\r\n"
            for framing in ["", "Content-Length: 0\r\n"] {
                let reply = try await server.exchange(
                    head + framing + "Connection: close\r\nExpect: 100-continue\r\n\r\n"
                )
                #expect(reply.hasPrefix("HTTP/1.1 404 "))
            }
        }
    }

    @Test("a body without an announced length is bounded too, and the connection stays usable")
    func chunkedBody() async throws {
        try await RunningServer.run { server in
            let chunk = String(repeating: "x", count: 16 << 10)
            let reply = try await server.exchange(
                "POST /api/destinations/x/pause HTTP/1.1\r\nHost: x\r\nX-API-Key: ops-secret\r\nTransfer-Encoding: chunked\r\n\r\n"
                    + String(repeating: "4000\r\n\(chunk)\r\n", count: 10) + "0\r\n\r\n" + Self.livez
            )
            #expect(reply.hasPrefix("HTTP/1.1 413 "))
            #expect(reply.hasSuffix("{\"status\":\"ok\"}"))
        }
    }

    @Test("a body that breaks off or is badly framed does not bring the server down")
    func brokenBodies() async throws {
        try await RunningServer.run { server in
            let head =
                "POST /api/events HTTP/1.1\r\nHost: x\r\nX-API-Key: ops-secret\r\nContent-Type: application/json\r\n"
            _ = try await server.exchange(head + "Content-Length: 100\r\n\r\n{\"type\":", halfClose: true)
            let badChunk = try await server.exchange(head + "Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n")
            try Self.expectProblem(badChunk, 400, "malformed")
            #expect(server.relay.published.isEmpty)
            let next = try await server.exchange(Self.livez)
            #expect(next.hasPrefix("HTTP/1.1 200 "))
        }
    }

    @Test(
        "odd request targets are answered like others",
        arguments: [
            ("http://x/livez", 200), ("//livez", 200), ("/livez/", 200), ("/livez?", 200), ("/livez#x", 404),
            ("*", 404),
            ("/%", 404), ("/\u{301}", 400), ("/api/deliveries/é", 400), ("/api/deliveries/%C3%A9", 401),
        ]
    )
    func targets(target: String, status: Int) async throws {
        try await RunningServer.run { server in
            let reply = try await server.exchange("GET \(target) HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            #expect(reply.hasPrefix("HTTP/1.1 \(status) "))
        }
    }

    @Test("bytes that are no UTF-8 in a target or a key are answered")
    func rawBytes() async throws {
        try await RunningServer.run { server in
            let target = try await server.exchange(
                Array("GET /\u{1}".utf8.dropLast()) + [0xFF]
                    + Array(" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".utf8)
            )
            #expect(target.hasPrefix("HTTP/1.1 40"))
            let key = try await server.exchange(
                Array("GET /api/me HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX-API-Key: ".utf8) + [
                    0xFF, 0x0D, 0x0A, 0x0D, 0x0A,
                ]
            )
            #expect(key.hasPrefix("HTTP/1.1 401 "))
        }
    }

    @Test("two keys in one request are no key")
    func twoKeys() async throws {
        try await RunningServer.run { server in
            for header in ["Authorization: Bearer ops-secret", "X-API-Key: ops-secret"] {
                let reply = try await server.exchange(
                    "GET /api/me HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\(header)\r\n\(header)\r\n\r\n"
                )
                #expect(reply.hasPrefix("HTTP/1.1 401 "))
            }
        }
    }
}
