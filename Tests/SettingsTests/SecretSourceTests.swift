import Deliveries
import Foundation
import Signing
import Testing

@testable import Settings

@Suite struct SecretSourceTests {
    private func yaml(secret: String) -> String {
        "routes: [{name: a, success: {url: 'https://x.example', secret: '\(secret)'}}]"
    }

    private func refusal(_ secret: String, environment: [String: String] = [:]) throws -> String? {
        let lines = try Fixture.refusals(yaml(secret: secret), environment: environment)
        #expect(lines.count == 1)
        return lines.first.map { $0.replacing("postback.yaml:1: routes[0].success.secret: ", with: "") }
    }

    @Test func `a secret may be literal, in a variable or in a file`() throws {
        try Fixture.withDirectory { directory in
            let file = directory.appendingPathComponent("key").path
            for ending in ["", "\n", "\r\n"] {
                try Data("\(Hidden.secret)\(ending)".utf8).write(to: URL(fileURLWithPath: file))
                for source in [Hidden.secret, "env:KEY", "file:\(file)"] {
                    let settings = try Fixture.load(yaml(secret: source), environment: ["KEY": Hidden.secret])
                    #expect(settings.keys["a.success"]?.current == (try Secret(Hidden.secret)))
                }
            }
        }
    }

    @Test func `headers, API keys and URLs with passwords may come from variables too`() throws {
        let yaml = """
            \(Fixture.route("headers: {x-token: 'env:TOKEN'}"))
            api: {keys: [{name: a, key: "env:KEY", role: ops}]}
            redis: {url: "env:REDIS"}
            sender: {proxy: "env:PROXY"}
            """
        let environment = [
            "TOKEN": "t", "KEY": Hidden.apiKey, "REDIS": "redis://:hunter2@r", "PROXY": "http://u:hunter2@p:1",
        ]
        let settings = try Fixture.load(yaml, environment: environment)
        #expect(settings.table.routes[0].success.policy.headers.first?.value == "t")
        #expect(settings.apiKeys[0].accepts(KeyDigest(of: Hidden.apiKey.utf8)))
        #expect(settings.redis.url == "redis://:hunter2@r")
        #expect(settings.sender.proxy == "http://u:hunter2@p:1")
    }

    @Test(arguments: [
        ("", "is empty"),
        ("whsec_", "the secret is weak: 0 bytes after decoding, 24 are the least"),
        ("hunter2", "the secret does not begin with whsec_"),
        ("whsec_hunter2!", "the secret is not whsec_ followed by standard base64"),
        ("whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "the secret is weak: its bytes repeat and are not random"),
        ("env:KEY", "the environment variable KEY is not set"),
        ("env:EMPTY", "the environment variable EMPTY is empty"),
        ("env:BAD", "the secret does not begin with whsec_ (environment variable BAD)"),
        ("env:", "env: must be followed by the name of an environment variable"),
        ("env:A B", "env: must be followed by the name of an environment variable"),
        ("env:1A", "env: must be followed by the name of an environment variable"),
        ("env:\(Hidden.secret)", "env: must be followed by the name of an environment variable"),
        ("file:", "file: must be followed by the path of a file"),
        ("file:\(Hidden.secret)", "file: must be followed by the path of a file"),
        ("file:/nonexistent/key", "the file /nonexistent/key does not exist"),
        ("file:/dev/zero", "the file /dev/zero is larger than 65536 bytes"),
        ("file:/dev/null", "the file /dev/null is empty"),
        ("file:/", "the file / cannot be read"),
    ])
    func `what cannot be fetched is named, and not shown`(secret: String, reason: String) throws {
        let environment = ["EMPTY": "", "BAD": "hunter2"]
        #expect(try refusal(secret, environment: environment) == reason)
    }

    @Test func `the key is trimmed of line breaks only`() throws {
        try Fixture.withDirectory { directory in
            let file = directory.appendingPathComponent("key").path
            try Data(" \(Hidden.secret)\n".utf8).write(to: URL(fileURLWithPath: file))
            #expect(try refusal("file:\(file)") == "the secret does not begin with whsec_ (file \(file))")
            try Data([0xFF, 0xFE]).write(to: URL(fileURLWithPath: file))
            #expect(try refusal("file:\(file)") == "the file \(file) is not UTF-8 text")
        }
    }

    @Test(arguments: [
        "\(Hidden.secret): x", "routes: {\(Hidden.secret): x}", "routes: \(Hidden.secret)", "- \(Hidden.secret)",
        "\(Hidden.secret)",
        "events: {stream: [\(Hidden.secret)]}", "events: {batch: \(Hidden.secret), claim_idle: \(Hidden.secret)}",
        "log: {level: \(Hidden.secret)}", "database: {url: \(Hidden.secret)}",
        "redis: {url: \(Hidden.secret), ca_file: \(Hidden.secret)}",
        "callbacks: {allow: [\(Hidden.secret), '*\(Hidden.secret)'], retries: [\(Hidden.secret)]}",
        "callbacks: {secret: env:\(Hidden.secret), rate: \(Hidden.secret), jwt: \(Hidden.secret)}",
        "api: {keys: [{name: '\(Hidden.secret)!', key: short, role: \(Hidden.secret)}]}",
        "api: {keys: [{name: a, key: '\(Hidden.apiKey) ', role: ops}, {name: b, key: 'hunter2', role: ops}]}",
        "routes: [{name: '\(Hidden.secret)/', match: {type: \(Hidden.secret)}, success: {url: \(Hidden.secret), secret: '\(Hidden.secret)='}}]",
        "routes: [{name: a, success: {url: 'https://u:hunter2@x', secret: file:\(Hidden.secret), headers: {'\(Hidden.secret)': '', '\(Hidden.other) ': x}}}]",
        "key: '\(Hidden.secret)\nkey: {", "a: [\(Hidden.secret)\nb: }", "\(Hidden.secret): 1\n\(Hidden.secret): 2",
        "a: &x \(Hidden.secret)\nb: *y",
        "a: !<\(Hidden.secret)> b: c: d", "%\(Hidden.secret)\n---\na: b", "a: \"\\\(Hidden.secret)\"",
        "a: !\(Hidden.secret)!x y",
    ])
    func `no message shows a secret, wherever it was put`(yaml: String) throws {
        let lines = try Fixture.refusals(yaml)
        #expect(!lines.isEmpty)
        for line in lines {
            #expect(!line.contains("\n"))
            for piece in Hidden.pieces { #expect(!line.contains(piece), "\(line)") }
        }
    }

    @Test func `nothing that prints the settings shows a secret`() throws {
        let yaml =
            Fixture.route("previous_secret: \(Hidden.other)") + """
                api: {keys: [{name: a, key: \(Hidden.apiKey), role: ops}]}
                callbacks: {secret: \(Hidden.third)}
                redis: {url: "redis://:hunter2@r"}
                sender: {proxy: "http://u:hunter2@p:1"}
                """
        let settings = try Fixture.load(yaml)
        var dumped = ""
        dump(settings, to: &dumped)
        for shown in [dumped, "\(settings)", String(reflecting: settings)] {
            for piece in Hidden.pieces { #expect(!shown.contains(piece)) }
        }
    }
}
