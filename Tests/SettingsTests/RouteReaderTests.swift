import Deliveries
import Signing
import Testing

@testable import Settings

@Suite struct RouteReaderTests {
    @Test func `the contract's own file is read`() throws {
        let yaml = """
            routes:
              - name: psikotes
                match: { type: "job.*", product_id: psikotes_v2 }      # also: tenant, queue; omitted = any
                success: { url: "https://n8n.example.com/webhook/pdf-complete", secret: "env:N8N_SECRET" }
                failure: { url: "https://n8n.example.com/webhook/pdf-failed",  secret: "env:N8N_SECRET" }
            api:
              keys:
                - { name: n8n, key: "env:N8N_KEY", role: submit, tenant: acme }
                - { name: ops, key: "env:OPS_KEY", role: ops }
            callbacks:
              secret: "env:CALLBACK_SECRET"
              allow: ["n8n.example.com", "10.0.0.0/8"]
            """
        let settings = try Fixture.load(
            yaml,
            environment: [
                "N8N_SECRET": Hidden.secret, "N8N_KEY": Hidden.apiKey, "OPS_KEY": "another-key-of-ops",
                "CALLBACK_SECRET": Hidden.other,
            ]
        )
        let route = try #require(settings.table.route(named: "psikotes"))
        #expect(route.match == RouteMatch(type: "job.*", productID: "psikotes_v2"))
        #expect(route.success.url.text == "https://n8n.example.com/webhook/pdf-complete")
        #expect(route.failure?.url.text == "https://n8n.example.com/webhook/pdf-failed")
        #expect(settings.table.destinations.map(\.name) == ["psikotes.success", "psikotes.failure"])
        #expect(Set(settings.keys.keys) == ["psikotes.success", "psikotes.failure"])
        #expect(settings.keys["psikotes.success"] == SigningKeys(current: try Secret(Hidden.secret)))
        #expect(settings.callbackKeys == SigningKeys(current: try Secret(Hidden.other)))
        #expect(settings.table.callbacks == DestinationPolicy())
        #expect(settings.table.addresses.allow.names(host: "n8n.example.com"))
        #expect(settings.apiKeys.map(\.name) == ["n8n", "ops"])
        #expect(settings.apiKeys.map(\.role) == [.submit, .ops])
        #expect(settings.apiKeys.map(\.tenant) == ["acme", nil])
        #expect(settings.apiKeys[0].accepts(KeyDigest(of: Hidden.apiKey.utf8)))
        #expect(!settings.apiKeys[1].accepts(KeyDigest(of: Hidden.apiKey.utf8)))
    }

    @Test func `every option of a destination is read`() throws {
        let yaml = Fixture.route(
            "previous_secret: \(Hidden.other)",
            "previous_secret_until: 2030-01-31T12:00:00Z",
            "headers: {X-One: '1', x-two: \"é\", authorization: \"Basic x\"}",
            "jwt: false",
            "body: standard",
            "timeout: 60s",
            "connect_timeout: 250ms",
            "retries: [1s, 7d]",
            "concurrency: 1000",
            "rate: 30/m",
            "profile: generic"
        )
        let settings = try Fixture.load(yaml)
        let policy = try #require(settings.table.routes.first?.success.policy)
        #expect(
            policy.headers == [
                HeaderField("X-One", "1"), HeaderField("x-two", "é"), HeaderField("authorization", "Basic x"),
            ]
        )
        #expect(policy.body == .standard)
        #expect(policy.profile == .generic)
        #expect(!policy.jwt)
        #expect(policy.timeout == 60_000)
        #expect(policy.connectTimeout == 250)
        #expect(policy.retries.delays == [1000, 604_800_000])
        #expect(policy.concurrency == 1000)
        #expect(policy.rate == DeliveryRate(count: 30, perMilliseconds: 60_000))
        let keys = try #require(settings.keys["a.success"])
        #expect(keys.previous == (try Secret(Hidden.other)))
        #expect(keys.previousUntil == 1_896_091_200_000)
    }

    @Test func `an empty list of retries means none, and a token can be asked for`() throws {
        let policy = try Fixture.load(Fixture.route("retries: []", "jwt: true")).table.routes[0].success.policy
        #expect(policy.retries.delays.isEmpty)
        #expect(policy.jwt)
    }

    @Test func `a short timeout shortens the default time to connect`() throws {
        let policy = try Fixture.load(Fixture.route("timeout: 2s")).table.routes[0].success.policy
        #expect(policy.connectTimeout == 2000)
    }

    @Test(arguments: [
        "https://n8n.example.com/webhook-waiting/1?signature=TOKEN/suffix", "http://[::1]:5678/x", "http://n8n:5678",
    ])
    func `a URL is kept byte for byte`(url: String) throws {
        let yaml = "routes: [{name: a, success: {url: '\(url)', secret: \(Hidden.secret)}}]"
        #expect(try Fixture.load(yaml).table.routes[0].success.url.text == url)
    }

    @Test func `anchors and aliases may be used for whole values`() throws {
        let yaml = """
            routes:
              - name: a
                success: &n8n {url: "https://n8n.example.com/a", secret: &key "\(Hidden.secret)", retries: &slow [1m, 1h]}
                failure: *n8n
              - name: b
                success: {url: "https://n8n.example.com/b", secret: *key, retries: *slow}
            """
        let settings = try Fixture.load(yaml)
        #expect(settings.table.routes[0].failure?.url == settings.table.routes[0].success.url)
        #expect(settings.table.routes[1].success.policy.retries.delays == [60_000, 3_600_000])
        #expect(settings.keys.count == 3)
    }

    @Test func `loading twice gives the same`() throws {
        let yaml = Fixture.route("previous_secret: \(Hidden.other)", "headers: {b: '2', a: '1'}", "rate: 5/s")
        let (first, second) = (try Fixture.load(yaml), try Fixture.load(yaml))
        #expect(first.table.routes == second.table.routes)
        #expect(first.table.callbacks == second.table.callbacks)
        #expect(first.table.addresses == second.table.addresses)
        #expect(first.keys == second.keys)
        #expect(first.callbackKeys == second.callbackKeys)
        #expect(first.apiKeys == second.apiKeys)
    }

    @Test func `numbers and words without quotes are names too`() throws {
        let yaml = """
            routes:
              - name: 42
                match: {product_id: 1.50, tenant: yes, queue: 2024-01-01, type: "*"}
                success: {url: "https://x.example", secret: \(Hidden.secret)}
            """
        let route = try #require(try Fixture.load(yaml).table.routes.first)
        #expect(route.name == "42")
        #expect(route.match == RouteMatch(type: "*", productID: "1.50", tenant: "yes", queue: "2024-01-01"))
    }
}
