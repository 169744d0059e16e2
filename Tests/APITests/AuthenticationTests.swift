import HTTPTypes
import Logging
import Testing

@testable import API

@Suite("Authentication")
struct AuthenticationTests {
    @Test("a key is taken as a bearer token, whatever the case of the scheme, and as X-API-Key")
    func waysToPresentAKey() async throws {
        try await TestAPI.run { api in
            for headers in [
                ["Authorization": "Bearer ops-secret"], ["Authorization": "bearer ops-secret"],
                ["X-API-Key": "ops-secret"],
                ["Authorization": "Basic cHJveHk6", "X-API-Key": "ops-secret"],
            ] {
                let reply = try await api.send(.get, "/api/me", key: nil, headers: headers)
                #expect(reply.status == 200)
                #expect(reply.text == #"{"name":"ops","role":"ops","tenant":null}"#)
            }
        }
    }

    @Test("the account tells role and tenant, and never the key")
    func account() async throws {
        try await TestAPI.run { api in
            let reply = try await api.send(.get, "/api/me", key: "acme-secret")
            #expect(reply.text == #"{"name":"acme","role":"submit","tenant":"acme"}"#)
        }
    }

    @Test("without a key, or with one that is not known, the answer is 401 and says how to sign in")
    func refused() async throws {
        try await TestAPI.run(limits: RateLimits([:])) { api in
            for endpoint in TestAPI.endpoints where endpoint.access != .anyone {
                let path = endpoint.path.replacing("{id}", with: "1").replacing("{name}", with: "x")
                for key in [nil, "wrong", "", String(repeating: "k", count: 600)] {
                    let reply = try await api.send(endpoint.method, path, key: key)
                    #expect(reply.status == 401, "\(endpoint.method) \(path)")
                    #expect(reply.header("WWW-Authenticate") == "Bearer")
                    #expect(reply.json["type"]?.string == "urn:postback:problem:unauthorized")
                    #expect(!reply.text.contains("wrong"))
                }
            }
        }
    }

    @Test("a submit key may not look after the system")
    func submitRole() async throws {
        try await TestAPI.run { api in
            for endpoint in TestAPI.endpoints where endpoint.access == .role(.ops) || endpoint.access == .system {
                let path = endpoint.path.replacing("{id}", with: "1").replacing("{name}", with: "x")
                let reply = try await api.send(endpoint.method, path, key: "n8n-secret")
                #expect(reply.status == 403)
                #expect(reply.detail == #"key "n8n" has the role submit; this needs ops"#)
            }
        }
    }

    @Test("an ops key that is bound to a tenant does not see what belongs to all tenants")
    func boundOps() async throws {
        try await TestAPI.run { api in
            for path in ["/api/quarantine", "/api/quarantine/1", "/api/destinations", "/api/queues"] {
                let reply = try await api.send(.get, path, key: "acme-ops-secret")
                #expect(reply.status == 403)
                #expect(reply.detail.contains("bound to a tenant"))
            }
            #expect(try await api.post("/api/destinations/x/pause", "", key: "acme-ops-secret").status == 403)
            #expect(try await api.post("/api/quarantine/1/redrive", "", key: "acme-ops-secret").status == 403)
        }
    }

    @Test("health and documents need no key, and a wrong key does not matter there")
    func open() async throws {
        try await TestAPI.run { api in
            for path in ["/livez", "/readyz", "/metrics", "/api/jobs/health", "/openapi.yaml", "/"] {
                for key in [nil, "wrong"] {
                    let reply = try await api.send(.get, path, key: key)
                    #expect(reply.status == 200)
                }
            }
        }
    }
}
