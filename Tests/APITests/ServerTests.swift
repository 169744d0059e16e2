import Deliveries
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
        "a request that is no HTTP, or too large to be one, is refused with 400 and the connection closed",
        arguments: [
            "garbage\r\n\r\n",
            "GET /" + String(repeating: "a", count: 20 << 10) + " HTTP/1.1\r\nHost: x\r\n\r\n",
            "GET /livez HTTP/1.1\r\nHost: x\r\nA: " + String(repeating: "a", count: 20 << 10) + "\r\n\r\n",
            "GET /livez HTTP/1.1\r\nHost: x\r\n" + (0..<200).map { "A\($0): b\r\n" }.joined() + "\r\n",
            "GET /livez HTTP/1.1\r\nHost: x\r\nA\u{0}: b\r\n\r\n",
        ]
    )
    func malformedRequests(request: String) async throws {
        try await RunningServer.run { server in
            let reply = try await server.exchange(request)
            #expect(reply.hasPrefix("HTTP/1.1 400 "))
            let next = try await server.exchange(Self.livez)
            #expect(next.hasPrefix("HTTP/1.1 200 "))
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
            #expect(badChunk.hasPrefix("HTTP/1.1 400 "))
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
