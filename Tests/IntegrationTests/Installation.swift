import Foundation
import ProgramTestSupport
import ReceiverTestSupport

/// A data directory and a configuration, and what one does with them.
struct Installation {
    static let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

    let directory: TemporaryDirectory
    var data: String { directory.path + "/data" }
    private var configuration: String { directory.path + "/postback.yaml" }
    var socket: String { data + "/redis/redis.sock" }

    /// - Parameters:
    ///   - routes: the YAML below `routes:`.
    ///   - callbacks: the YAML below `callbacks:`.
    ///   - more: further sections.
    init(routes: String, callbacks: String = Self.callbacks, more: String = "") throws {
        directory = try TemporaryDirectory()
        try configure(routes: routes, callbacks: callbacks, more: more)
    }

    private static let callbacks = #"  allow: ["127.0.0.0/8"]"#

    func configure(routes: String, callbacks: String = Self.callbacks, more: String = "") throws {
        let text = "routes:\n\(routes)\ncallbacks:\n\(callbacks)\n\(more)\n"
        try text.write(toFile: configuration, atomically: true, encoding: .utf8)
    }

    /// A route to one URL.
    static func route(_ name: String = "default", to url: String, more: String = "") -> String {
        "  - name: \(name)\n    success: { url: \"\(url)\", secret: \"\(secret)\", retries: [1s, 1s, 1s, 1s, 1s]\(more) }"
    }

    var upArguments: [String] { ["up", "--config", configuration, "--data", data, "--port", "0"] }

    /// Starts `postback up` and waits until it serves.
    ///
    /// - Parameters:
    ///   - more: further options.
    ///   - environment: variables besides those of the tests.
    func up(_ more: String..., environment: [String: String] = [:]) async throws -> Program {
        let program = try Program(upArguments + more, environment: environment)
        try await program.waitFor("is up at")
        return program
    }

    /// Runs another command against it.
    func run(_ arguments: String...) async throws -> (code: Int32, output: String) {
        try await run(arguments)
    }

    func run(_ arguments: [String]) async throws -> (code: Int32, output: String) {
        try await Program.run(arguments, environment: ["POSTBACK_DATA": data])
    }

    /// Publishes with `redis-cli`, as a worker in any language would.
    func xadd(_ fields: String...) async throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["redis-cli", "-s", socket, "XADD", "postback:events", "*"] + fields
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw ProgramError(description: "redis-cli failed") }
    }
}
