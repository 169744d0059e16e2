import Deliveries
import HTTPTypes
import JobQueue
import Testing

@testable import API

@Suite("Rate limits")
struct RateLimitTests {
    private static func limits(_ counts: [RequestClass: Int]) -> RateLimits {
        RateLimits(counts.mapValues { DeliveryRate(count: $0, perMilliseconds: 60_000) })
    }

    private static let job = #"{"code":"c","product_id":"p"}"#

    @Test("counted answers say how the key stands; one too many is refused with a time to come back, and then taken")
    func submit() async throws {
        try await TestAPI.run(limits: Self.limits([.submit: 2])) { api in
            // In a minute; and once none is left, when the next one fits, as Retry-After says too.
            for (remaining, reset) in [(1, "1705313160"), (0, "1705313190")] {
                let reply = try await api.post("/api/jobs/pdf/submit", Self.job, key: "n8n-secret")
                #expect(reply.status == 202)
                #expect(reply.header("X-RateLimit-Limit") == "2")
                #expect(reply.header("X-RateLimit-Remaining") == "\(remaining)")
                #expect(reply.header("X-RateLimit-Reset") == reset)
            }
            for path in ["/api/jobs/pdf/submit", "/api/reports/generate-async", "/api/reports/generate"] {
                let refused = try await api.post(path, Self.job, key: "n8n-secret")
                #expect(refused.status == 429)
                #expect(refused.header("Retry-After") == "90")
                #expect(refused.header("X-RateLimit-Reset") == "1705313190")
                #expect(refused.header("X-RateLimit-Remaining") == "0")
                #expect(refused.header("Content-Type") == "application/problem+json")
            }
            #expect(api.jobs.submissions.count == 2)
            // Another key, the same path.
            #expect(try await api.post("/api/jobs/pdf/submit", Self.job, key: "acme-secret").status == 202)
            api.clock.advance(by: .seconds(90))
            #expect(try await api.post("/api/jobs/pdf/submit", Self.job, key: "n8n-secret").status == 202)
        }
    }

    @Test("refused and mistaken requests count too, and carry the headers")
    func mistakes() async throws {
        try await TestAPI.run(limits: Self.limits([.submit: 2, .status: 2])) { api in
            for (body, remaining, status) in [("{}", "1", 422), ("[", "0", 400), (Self.job, "0", 429)] {
                let reply = try await api.post("/api/jobs/pdf/submit", body)
                #expect(reply.status == status)
                #expect(reply.header("X-RateLimit-Remaining") == remaining)
            }
            for (method, path, status) in [
                (HTTPRequest.Method.get, "/api/nope", 404), (.patch, "/api/me", 405), (.get, "/api/nope", 429),
            ] {
                let reply = try await api.send(method, path)
                #expect(reply.status == status)
                #expect(reply.header("X-RateLimit-Remaining") == (status == 404 ? "1" : "0"))
            }
        }
    }

    @Test("questions and submissions are counted apart; what operators do, and events, are not counted")
    func classes() async throws {
        try await TestAPI.run(limits: Self.limits([.submit: 1, .status: 1])) { api in
            #expect(try await api.send(.get, "/api/me").status == 200)
            #expect(try await api.send(.get, "/api/jobs/\(JobID())").status == 429)
            #expect(try await api.post("/api/jobs/pdf/submit", Self.job).status == 202)
            for _ in 0..<5 {
                for path in ["/api/jobs", "/api/queues", "/api/deliveries", "/api/destinations", "/api/quarantine"] {
                    let reply = try await api.send(.get, path)
                    #expect(reply.status == 200)
                    #expect(reply.header("X-RateLimit-Limit") == nil)
                }
                #expect(try await api.post("/api/events", #"{"type":"a.b","data":{}}"#).status == 202)
            }
        }
        try await TestAPI.run(limits: Self.limits([.events: 1])) { api in
            for status in [202, 429] {
                let reply = try await api.post("/api/events", #"{"type":"a.b","data":{}}"#)
                #expect(reply.status == status)
            }
        }
    }

    @Test("without a known key everything counts as one, whatever it asks for; probes never count")
    func withoutKey() async throws {
        try await TestAPI.run(limits: Self.limits([.health: 5])) { api in
            #expect(try await api.send(.get, "/api/jobs/health", key: nil).header("X-RateLimit-Remaining") == "4")
            #expect(try await api.send(.get, "/api/deliveries", key: nil).header("X-RateLimit-Remaining") == "3")
            #expect(try await api.send(.get, "/api/me", key: "wrong").header("X-RateLimit-Remaining") == "2")
            #expect(try await api.send(.get, "/nope", key: nil).header("X-RateLimit-Remaining") == "1")
            #expect(try await api.send(.get, "/", key: nil).header("X-RateLimit-Remaining") == "0")
            for path in ["/", "/openapi.yaml", "/api/jobs/health", "/api/queues", "/nope"] {
                #expect(try await api.send(.get, path, key: nil).status == 429)
                #expect(try await api.send(.get, path, key: "wrong").status == 429)
            }
            for _ in 0..<20 {
                for path in ["/livez", "/readyz", "/metrics"] {
                    let reply = try await api.send(.get, path, key: nil)
                    #expect(reply.status == 200)
                    #expect(reply.header("X-RateLimit-Limit") == nil)
                }
            }
            // A key has its own count.
            #expect(try await api.send(.get, "/api/jobs/health").header("X-RateLimit-Remaining") == "4")
        }
    }

    @Test("a signed link counts as a question, by address")
    func links() async throws {
        try await TestAPI.run(limits: Self.limits([.health: 1, .status: 3])) { api in
            let path = "/api/jobs/\(JobID())/download?expires=1&signature=x"
            for (remaining, status) in [("2", 403), ("1", 403), ("0", 403), ("0", 429)] {
                let reply = try await api.send(.get, path, key: nil)
                #expect(reply.status == status)
                #expect(reply.header("X-RateLimit-Remaining") == remaining)
            }
            let health = try await api.send(.get, "/api/jobs/health", key: nil)
            #expect(health.status == 200)
        }
    }

    @Test("the contract's limits are those without configuration")
    func defaults() {
        let minute = { (count: Int) in DeliveryRate(count: count, perMilliseconds: 60_000) }
        #expect(RateLimits.default[.submit] == minute(600))
        #expect(RateLimits.default[.status] == minute(1200))
        #expect(RateLimits.default[.health] == minute(60))
        #expect(RateLimits.default[.events] == nil)
    }
}
