import Deliveries
import Foundation
import Testing

@testable import Settings

/// The file that documents every setting is itself tested.
@Suite struct ExampleFileTests {
    private static let environment = [
        "N8N_SECRET": Hidden.secret, "N8N_OLD_SECRET": Hidden.other, "N8N_TOKEN": "t", "DEFAULT_SECRET": Hidden.third,
        "N8N_KEY": Hidden.apiKey, "OPS_KEY": "another-key-of-ops", "CALLBACK_SECRET": Hidden.other,
        "LINK_SECRET": String(repeating: "x", count: 32),
    ]

    private static func text() throws -> String {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        return try String(contentsOf: root.appendingPathComponent("postback.example.yaml"), encoding: .utf8)
    }

    @Test func `it loads, and the defaults it shows are the defaults`() throws {
        let settings = try Fixture.load(try Self.text(), environment: Self.environment)
        #expect(settings.table.routes.map(\.name) == ["psikotes", "default"])
        var policy = DestinationPolicy(rate: DeliveryRate("100/s"))
        policy.headers = [HeaderField("x-environment", "production"), HeaderField("x-access-token", "t")]
        #expect(settings.table.routes[0].success.policy == policy)
        #expect(settings.table.routes[1].success.policy == DestinationPolicy())
        #expect(settings.table.callbacks == DestinationPolicy())
        #expect(settings.api.publicURL == "https://postback.example.com")
        #expect(settings.api.linkSecret == String(repeating: "x", count: 32))
        #expect(settings.api.limits == RateLimitSettings())
        #expect(settings.jobs == JobSettings())
        #expect(settings.events == EventSettings())
        #expect(settings.sender == SenderSettings())
        #expect(settings.relay == RelaySettings())
        #expect(settings.retention == RetentionSettings())
        #expect(settings.worker == WorkerSettings())
        #expect(settings.templates == TemplateSettings())
        #expect(settings.storage == StorageSettings())
        #expect(settings.log == LogSettings())
        #expect(settings.server == ServerSettings())
        #expect(RouteCheck.warnings(for: settings).isEmpty)
    }

    @Test func `it names every key there is`() throws {
        let text = try Self.text()
        for schema in SettingsSchema.sections {
            let start = try #require(text.range(of: "\n\(schema.section):\n"))
            let rest = text[start.upperBound...]
            let end = rest.range(of: "\n[a-z]+:\n", options: .regularExpression)?.lowerBound ?? rest.endIndex
            for (key, _) in schema.keys {
                #expect(
                    rest[..<end].range(of: "\n?  (# )?\(key):", options: .regularExpression) != nil,
                    "\(schema.section).\(key)"
                )
            }
        }
        for key in KeyReader.keys + DestinationOptions.keys + [
            "name", "match", "type", "product_id", "tenant", "queue", "failure",
        ] {
            #expect(
                text.contains("\n      \(key):") || text.contains("\n    \(key):") || text.contains("- \(key):"),
                "\(key)"
            )
        }
    }
}
