import Deliveries
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Ledger
import Logging
import NIOCore
import Testing

@testable import API

/// The API over fakes, and a client that holds every answer to `openapi.yaml`.
struct TestAPI: Sendable {
    let ledger: FakeLedger
    let relay: FakeRelay
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
        _ test: @Sendable (TestAPI) async throws -> Void
    ) async throws {
        let ledger = FakeLedger()
        let relay = FakeRelay(ledger: ledger)
        let application = APIApplication(
            host: "127.0.0.1",
            port: 0,
            dependencies: dependencies(ledger: ledger, relay: relay, logger: logger)
        )
        try await application.application.test(setup) { client in
            try await test(TestAPI(ledger: ledger, relay: relay, client: client))
        }
    }

    static func dependencies(ledger: FakeLedger, relay: FakeRelay, logger: Logger) -> APIDependencies {
        APIDependencies(
            authenticate: { keys[String(decoding: $0, as: UTF8.self)] },
            validate: { fields throws(EventRefusal) in _ = try EventReader().read(fields, entryID: "1700000000000-0") },
            events: relay,
            ledger: ledger,
            deliveries: relay,
            quarantine: relay,
            destinations: relay,
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
        if reply.status >= 400, path != "/readyz", method != .head {
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
