internal import Foundation
package import Settings

/// The configuration file: every refusal says where, and none repeats a secret.
package struct ConfigurationFuzzer: Fuzzer {
    package let name = "configuration"

    package let seeds: [[UInt8]]

    package let tokens = [
        "\n  ", "\n    - ", ": ", ":", "[", "]", "{", "}", "&a ", "*a", "<<: ", "|\n", ">\n", "? ", "!!str ", "null",
        "~", "true", "7d", "5s",
        "100/s", "env:", "env:N8N_SECRET", "env:NOWHERE", "file:", "routes:", "api:\n  keys:\n", "secret: ",
        "headers:\n", "\"", "'", "#", "---\n",
        "\t", "retries: [", "127.0.0.1", "10.0.0.0/8", "https://", "whsec_",
    ].map { Array($0.utf8) }

    private static let secrets = [
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD",
        "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX", "pk_0123456789abcdefXYZ", "correct-horse-battery-staple",
        "another-key-of-ops-people",
    ]

    private static let environment = [
        "N8N_SECRET": secrets[0], "N8N_OLD_SECRET": secrets[1], "N8N_TOKEN": secrets[4], "DEFAULT_SECRET": secrets[2],
        "N8N_KEY": secrets[3], "OPS_KEY": secrets[5], "CALLBACK_SECRET": secrets[1],
    ]

    /// Twelve characters of a secret in a row give it away.
    private static let telling = Set(
        secrets.flatMap { secret in
            let bytes = Array(
                secret.utf8.drop { $0 != UInt8(ascii: "_") }.count > 24 ? secret.utf8.dropFirst(6) : secret.utf8[...]
            )
            return (0...bytes.count - 12).map { Array(bytes[$0..<$0 + 12]) }
        }
    )

    /// What may be said of the whole file, for which there is no path.
    private static let aboutTheWhole = [
        "is not valid YAML", "is not UTF-8 text", "has lists or mappings as keys",
        "the key that stands here is repeated",
        "must be a mapping of keys to values", "has a key that is not", "is larger than",
    ]

    /// Loads a file with these environment variables.
    package typealias Load = @Sendable (String, [String: String]) throws(SettingsErrors) -> Settings
    private let load: Load

    /// Makes the fuzzer; a test of it puts a faulty loader in the place of the true one.
    package init(
        load: @escaping Load = { file, environment throws(SettingsErrors) in
            try SettingsLoader.load(file: file, environment: environment)
        }
    ) {
        self.load = load
        let small = """
            routes:
              - name: default
                match: {type: "job.*", tenant: acme}
                success:
                  url: "https://n8n.example.com/webhook/x"
                  secret: \(Self.secrets[0])
                  previous_secret: "\(Self.secrets[1])"
                  previous_secret_until: 2030-01-31T12:00:00Z
                  headers: {x-access-token: \(Self.secrets[4]), x-b: "env:N8N_TOKEN"}
                  retries: [5s, 30s]
                  rate: 100/s
            """
        let keys = """
            api:
              keys:
                - {name: n8n, key: \(Self.secrets[3]), role: submit, tenant: acme}
                - {name: ops, key: "env:OPS_KEY", role: ops}
            callbacks: {secret: "env:CALLBACK_SECRET", allow: [n8n.example.com, 10.0.0.0/8], timeout: 30s, connect_timeout: 5s}
            redis: {url: "redis://user:\(Self.secrets[4])@127.0.0.1:6379/0"}
            """
        let sections = """
            events: {stream: "a:b", group: relay, batch: 500, claim_idle: 60s}
            sender: {proxy: "http://me:\(Self.secrets[4])@proxy:3128", no_proxy: [a, .b], max_in_flight: 10}
            relay: &r
              grace: 30s
            retention: {delivered: 7d, dead: 30d}
            log: {level: info, format: json}
            server: {host: 127.0.0.1, port: 8080}
            database: {url: "sqlite:data/ledger.sqlite"}
            """
        let example = Self.exampleFile().map { [$0] } ?? []
        // The last was once refused without a place.
        let mended = "'': x\nlog: {'': y}"
        let misplaced = [small, keys, sections].flatMap { Self.withSecretInPlace(of: $0) }
        seeds = ([small, keys, sections, small + "\n" + keys, "", mended] + misplaced).map { Array($0.utf8) } + example
    }

    package func check(_ input: [UInt8]) throws(FuzzFinding) -> Bool {
        do throws(SettingsErrors) {
            _ = try load(input)
            return true
        } catch {
            guard !error.problems.isEmpty else { throw FuzzFinding("a refusal without a reason") }
            for problem in error.problems { try check(problem) }
            return false
        }
    }

    private func check(_ problem: SettingsProblem) throws(FuzzFinding) {
        guard !problem.path.isEmpty || Self.aboutTheWhole.contains(where: { problem.message.hasPrefix($0) }) else {
            throw FuzzFinding("a refusal without a place: \(problem)")
        }
        guard problem.description.unicodeScalars.allSatisfy({ $0.properties.generalCategory != .control }) else {
            throw FuzzFinding("a refusal of more than one line: \(problem.description.debugDescription)")
        }
        guard !problem.path.contains("whsec_") else { throw FuzzFinding("a path gives away a secret: \(problem)") }
        // A path names keys, and these messages what stands behind env: or file:. Where a mutation has put a piece of a secret
        // there, nobody could know it for one.
        guard !problem.message.hasPrefix("the environment variable "), !problem.message.hasPrefix("the file ") else {
            return
        }
        let shown = Array(problem.message.utf8)
        guard shown.count >= 12 else { return }
        for start in 0...shown.count - 12 where Self.telling.contains(Array(shown[start..<start + 12])) {
            throw FuzzFinding("a refusal gives away a secret: \(problem)")
        }
    }

    private func load(_ input: [UInt8]) throws(SettingsErrors) -> Settings {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("fuzz-\(UUID()).yaml")
        defer { try? FileManager.default.removeItem(at: file) }
        // A file that cannot be written is refused as missing, and the seeds, which must be taken, show it.
        try? Data(input).write(to: file)
        return try load(file.path, Self.environment)
    }

    /// The text once for each of its values, with a secret in that value's place.
    private static func withSecretInPlace(of text: String) -> [String] {
        text.matches(of: #/: [^\s{\[&][^,}\n]*/#).map {
            text.replacingCharacters(in: $0.range, with: ": \(secrets[5])")
        }
    }

    private static func exampleFile() -> [UInt8]? {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        return (try? Data(contentsOf: root.appendingPathComponent("postback.example.yaml"))).map { Array($0) }
    }
}
