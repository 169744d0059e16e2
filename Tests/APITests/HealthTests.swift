import HTTPTypes
import JobQueue
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

    @Test("the health of jobs has the contract's members, and for operators the workers and the queues")
    func jobs() async throws {
        try await TestAPI.run { api in
            var queue = QueueStatistics(name: .pdf)
            queue.waiting = 7
            let job = JobID()
            api.jobs.change { state in
                state.queues = [queue]
                state.workers = [
                    WorkerRecord(
                        name: "host-1-ab",
                        state: .busy,
                        queues: [.pdf],
                        concurrency: 2,
                        currentJobs: [job],
                        startedAt: Sample.now,
                        lastBeatAt: Sample.now,
                        usage: WorkerUsage(processorMilliseconds: 1_500, memoryBytes: 80_000_000)
                    )
                ]
            }
            let contract =
                #"{"status":"ok","redis_connected":true,"database_connected":true,"queue_size":7,"workers_active":1,"relay":"running""#
            // Who works on what is nobody's business who may not see every tenant's jobs.
            for key in [nil, "unknown", "n8n-secret", "acme-secret", "acme-ops-secret"] {
                let reply = try await api.send(.get, "/api/jobs/health?probe=1", key: key)
                #expect(reply.status == 200)
                #expect(reply.text == contract + "}", "\(key ?? "no key")")
            }
            let reply = try await api.send(.get, "/api/jobs/health?probe=1", key: "ops-secret")
            #expect(reply.status == 200)
            #expect(
                reply.text.hasPrefix(
                    contract + #","workers":[{"name":"host-1-ab","state":"busy","current_job":"\#(job)","#
                )
            )
            #expect(reply.json["workers"]?.items?.first?["last_beat"]?.string == "2024-01-15T10:05:00.000Z")
            #expect(reply.json["workers"]?.items?.first?["cpu_seconds"]?.number == 1.5)
            #expect(reply.json["workers"]?.items?.first?["memory_bytes"]?.number == 80_000_000)
            #expect(reply.json["queues"]?.items?.first?["waiting"]?.number == 7)

            api.jobs.change { $0.failure = .unavailable(reason: "Redis does not answer", retryAfter: 5) }
            api.relay.change { $0.readiness.redisConnected = false }
            let away = try await api.send(.get, "/api/jobs/health", key: nil)
            #expect(away.status == 503)
            #expect(away.json["status"]?.string == "unavailable")
            #expect(away.json["queue_size"] == .null && away.json["workers_active"] == .null)
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
