import Deliveries
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Ledger
import Logging
import NIOCore
import Signing
import Testing

@testable import API

/// The API over fakes, and a client that holds every answer to `openapi.yaml`.
struct TestAPI: Sendable {
    let ledger: FakeLedger
    let relay: FakeRelay
    let jobs: FakeJobs
    let clock: SettableClock
    let client: any TestClientProtocol

    /// Keys by what is presented.
    static let keys = [
        "ops-secret": APIKey(name: "ops", role: .ops),
        "n8n-secret": APIKey(name: "n8n", role: .submit),
        "acme-secret": APIKey(name: "acme", role: .submit, tenant: "acme"),
        "acme-ops-secret": APIKey(name: "acme-ops", role: .ops, tenant: "acme"),
    ]

    /// Runs a test against the API.
    ///
    /// - Parameter setup: `.router` without sockets, `.live` with a real server.
    static func run(
        _ setup: TestingSetup = .router,
        logger: Logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }),
        limits: RateLimits = .default,
        rules change: (inout JobRules) -> Void = { _ in },
        _ test: @Sendable (TestAPI) async throws -> Void
    ) async throws {
        let ledger = FakeLedger()
        let relay = FakeRelay(ledger: ledger)
        let jobs = FakeJobs()
        let clock = SettableClock()
        var dependencies = dependencies(ledger: ledger, relay: relay, jobs: jobs, logger: logger)
        dependencies.limits = limits
        dependencies.now = { clock.now }
        change(&dependencies.jobRules)
        let application = APIApplication(host: "127.0.0.1", port: 0, dependencies: dependencies)
        try await application.application.test(setup) { client in
            try await test(TestAPI(ledger: ledger, relay: relay, jobs: jobs, clock: clock, client: client))
        }
    }

    /// Every operation, over fakes that nobody looks at.
    static var endpoints: [Endpoint] {
        let ledger = FakeLedger()
        return Endpoint.all(
            dependencies(ledger: ledger, relay: FakeRelay(ledger: ledger), logger: Logger(label: "test")),
            watch: JobWatch(limit: 1, changes: { AsyncStream { $0.finish() } })
        )
    }

    static func dependencies(
        ledger: FakeLedger,
        relay: FakeRelay,
        jobs: FakeJobs = FakeJobs(),
        logger: Logger
    ) -> APIDependencies {
        APIDependencies(
            authenticate: { keys[String(decoding: $0, as: UTF8.self)] },
            validate: { fields, tenant throws(EventRefusal) in
                let event = try EventReader().read(fields, entryID: "1700000000000-0")
                if tenant != nil, event.route == "not-yours" { throw EventRefusal(.route, "is another's") }
            },
            events: relay,
            ledger: ledger,
            deliveries: relay,
            quarantine: relay,
            destinations: relay,
            jobs: jobs,
            jobRules: JobRules(
                callbackRefusal: { url in
                    do {
                        return AddressPolicy().knownRefusal(of: try DestinationURL(url), origin: .untrusted)
                    } catch {
                        return "\(error)"
                    }
                },
                link: Sample.link
            ),
            readiness: relay,
            metrics: relay,
            userAgent: "Postback/1.2.3 (webhook; swift)",
            now: { Sample.now },
            logger: logger
        )
    }

    /// What came back.
    struct Reply: Sendable {
        var status: Int
        var headers: HTTPFields
        var body: [UInt8]

        var text: String { String(decoding: body, as: UTF8.self) }
        var json: JSONValue { JSONValue(json: body) ?? .null }
        var detail: String { json["detail"]?.string ?? "" }
        func header(_ name: String) -> String? { HTTPField.Name(name).flatMap { headers[$0] } }
    }

    /// Sends a request.
    ///
    /// - Parameters:
    ///   - key: presented as a bearer token; `nil` sends none.
    ///   - body: sent as JSON unless `headers` says otherwise.
    @discardableResult
    func send(
        _ method: HTTPRequest.Method,
        _ path: String,
        key: String? = "ops-secret",
        headers: [String: String] = [:],
        body: [UInt8]? = nil,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws -> Reply {
        var fields = HTTPFields()
        if let key { fields[.authorization] = "Bearer \(key)" }
        if body != nil { fields[.contentType] = "application/json" }
        for (name, value) in headers {
            fields[try #require(HTTPField.Name(name))] = value.isEmpty ? nil : value
        }
        let response = try await client.execute(
            uri: path,
            method: method,
            headers: fields,
            body: body.map { ByteBuffer(bytes: $0) }
        )
        let reply = Reply(
            status: response.status.code,
            headers: response.headers,
            body: Array(response.body.readableBytesView)
        )
        let faults = OpenAPIDocument.shared.faults(
            method: method.rawValue,
            path: path,
            status: reply.status,
            contentType: reply.headers[.contentType],
            body: reply.body
        )
        #expect(faults == [], sourceLocation: sourceLocation)
        if reply.status >= 400, path != "/readyz", path != "/api/jobs/health", method != .head {
            #expect(reply.json["status"]?.number == Double(reply.status), sourceLocation: sourceLocation)
            #expect(reply.json["message"] == reply.json["detail"], sourceLocation: sourceLocation)
            #expect(!reply.detail.isEmpty && !reply.detail.contains("\n"), sourceLocation: sourceLocation)
        }
        return reply
    }

    @discardableResult
    func post(
        _ path: String,
        _ body: String,
        key: String? = "ops-secret",
        headers: [String: String] = [:],
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws -> Reply {
        try await send(
            .post,
            path,
            key: key,
            headers: headers,
            body: Array(body.utf8),
            sourceLocation: sourceLocation
        )
    }
}
