import HTTPTypes
import Ledger
import Testing

@testable import API

@Suite("Health, metrics and the page")
struct HealthTests {
    @Test("liveness is always ok, whatever the query")
    func liveness() async throws {
        try await TestAPI.run { api in
            api.ledger.fail(.init(.corrupt, "x"))
            let reply = try await api.send(.get, "/livez?probe=%zz&probe=2", key: nil)
            #expect(reply.status == 200)
            #expect(reply.text == #"{"status":"ok"}"#)
        }
    }

    @Test("readiness needs Redis, the ledger, and the relay where there is one")
    func readiness() async throws {
        try await TestAPI.run { api in
            let ready = try await api.send(.get, "/readyz", key: nil)
            #expect(ready.status == 200)
            #expect(
                ready.text
                    == #"{"status":"ok","redis_connected":true,"database_connected":true,"relay":"running","reasons":[]}"#
            )
            let cases: [(Readiness, Int)] = [
                (
                    Readiness(
                        redisConnected: false,
                        databaseConnected: true,
                        relay: .running,
                        reasons: ["Redis: refused"]
                    ), 503
                ),
                (Readiness(redisConnected: true, databaseConnected: false, relay: .running), 503),
                (Readiness(redisConnected: true, databaseConnected: true, relay: .stopped), 503),
                (Readiness(redisConnected: true, databaseConnected: true, relay: .absent), 200),
            ]
            for (readiness, status) in cases {
                api.relay.change { $0.readiness = readiness }
                let reply = try await api.send(.get, "/readyz", key: nil)
                #expect(reply.status == status)
                #expect(reply.json["status"]?.string == (status == 200 ? "ok" : "unavailable"))
                #expect(reply.json["redis_connected"]?.bool == readiness.redisConnected)
                #expect(reply.json["database_connected"]?.bool == readiness.databaseConnected)
                #expect(reply.json["relay"]?.string == readiness.relay.rawValue)
                #expect(reply.json["reasons"]?.strings == readiness.reasons)
            }
        }
    }

    @Test("metrics are Prometheus text")
    func metrics() async throws {
        try await TestAPI.run { api in
            let reply = try await api.send(.get, "/metrics", key: nil)
            #expect(reply.header("Content-Type") == "text/plain; version=0.0.4; charset=utf-8")
            #expect(reply.text.contains("postback_up 1"))
        }
    }

    @Test("the page links the documents, runs no script and loads nothing")
    func page() async throws {
        try await TestAPI.run { api in
            let reply = try await api.send(.get, "/", key: nil)
            #expect(reply.header("Content-Type") == "text/html; charset=utf-8")
            #expect(reply.header("Content-Security-Policy")?.hasPrefix("default-src 'none'") == true)
            #expect(reply.header("Referrer-Policy") == "no-referrer")
            #expect(!reply.text.contains("<script"))
            #expect(!reply.text.contains("http://") && !reply.text.contains("https://"))
            for link in reply.text.matches(of: /href="([^"]+)"/) {
                #expect(try await api.send(.get, String(link.1), key: nil).status == 200)
            }
        }
    }

    @Test("HEAD is answered like GET, without the body")
    func head() async throws {
        try await TestAPI.run { api in
            for path in ["/", "/livez", "/readyz", "/metrics", "/openapi.yaml", "/api/me", "/api/deliveries", "/nope"] {
                let get = try await api.send(.get, path)
                let head = try await api.send(.head, path)
                #expect(head.status == get.status)
                #expect(head.body.isEmpty)
                #expect(head.headers[.contentLength] == String(get.body.count))
                #expect(head.headers[.contentType] == get.headers[.contentType])
            }
        }
    }

    @Test("every answer forbids sniffing, and nothing of the API is kept by a cache")
    func headers() async throws {
        try await TestAPI.run { api in
            for path in ["/", "/livez", "/openapi.yaml", "/api/me", "/api/deliveries?x=1", "/nope", "/api/nope"] {
                let reply = try await api.send(.get, path)
                #expect(reply.header("X-Content-Type-Options") == "nosniff")
                #expect(reply.header("Cache-Control") == "no-store")
            }
        }
    }
}
