import Foundation
import Glibc
import ProgramTestSupport
import ReceiverTestSupport
import Testing

/// The built program, with a name service that answers as the test wishes. Only loopback addresses are ever allowed here,
/// and only they are dialled.
@Suite(
    "Names that resolve to what may not be reached",
    .serialized,
    .timeLimit(.minutes(2)),
    .enabled(if: NameService.isInstalled)
)
struct AddressPolicyTests {
    /// 127.0.0.2, which the configuration allows.
    private let allowed: ScriptedReceiver
    /// 127.0.0.1, on the same port, which it does not allow for URLs from outside.
    private let forbidden: ScriptedReceiver
    private let port: UInt16

    init() throws {
        forbidden = try ScriptedReceiver()
        port = forbidden.port
        allowed = try ScriptedReceiver(address: 0x7F00_0002, port: port) { request in
            // The connection ends with the answer, so that the next attempt looks the name up again.
            request.path == "/again" ? .status(500, headers: [("Connection", "close")]) : .status(204)
        }
    }

    private static func installation(
        routes: String = Installation.route(to: "http://127.0.0.1:9/"),
        timeout: String = "20s",
        connectTimeout: String = "10s",
        allow: String...
    ) throws -> Installation {
        let entries = allow.map { "\"\($0)\"" }.joined(separator: ", ")
        return try Installation(
            routes: routes,
            callbacks: """
                  secret: "\(Installation.secret)"
                  allow: [\(entries)]
                  timeout: \(timeout)
                  connect_timeout: \(connectTimeout)
                  retries: [1s, 1s, 1s, 1s, 1s, 1s, 1s, 1s, 1s, 1s, 1s, 1s, 1s, 1s, 1s]
                """
        )
    }

    private func publish(_ id: String, to url: String, _ installation: Installation) async throws {
        try await installation.xadd("type", "job.completed", "id", id, "data", "{}", "callback_url", url)
    }

    @Test("Of a mix only what is allowed is dialled, and the allow list is exact")
    func mix() async throws {
        let private4 = "10.255.255.1"
        let metadata = "169.254.169.254"
        let names = try NameService([
            "allowed.test": ["127.0.0.2"],
            "mixed.test": [private4, metadata, "127.0.0.1", "127.0.0.2"],
            "mixed6.test": ["::1", "::ffff:127.0.0.1", "64:ff9b::7f00:1", "fe80::1", "127.0.0.2"],
            "bad.test": [private4, metadata, "127.0.0.1"],
            "bad6.test": ["::1", "::ffff:127.0.0.1", "64:ff9b::7f00:1", "fd00:ec2::254", "2002:7f00:1::"],
            "metadata.test": [metadata],
            "private.test": ["127.0.0.1"],
            "named.test": ["127.0.0.1"],
            "below-named.test": ["127.0.0.1"],
            "below.named.test": ["127.0.0.1"],
            "named-metadata.test": [metadata],
        ])
        let installation = try Self.installation(allow: "127.0.0.2", "named.test", "named-metadata.test")
        let program = try await installation.up("--log-format", "json", environment: names.environment)
        let reached = ["allowed", "mixed", "mixed6", "named"]
        let refused = ["bad", "bad6", "metadata", "private", "below-named", "named-metadata"]
        for name in reached + refused {
            try await publish(name, to: "http://\(name).test:\(port)/\(name)", installation)
        }
        try await publish("below", to: "http://below.named.test:\(port)/below", installation)
        let attempts = try await AttemptLine.wait(for: reached.count + refused.count + 1, of: program)
        for name in reached {
            let attempt = try #require(attempts.first { $0.event == name }, "\(name)")
            #expect(attempt.outcome == "delivered", "\(attempt)")
            #expect(attempt.remoteAddress == (name == "named" ? "127.0.0.1:\(port)" : "127.0.0.2:\(port)"))
        }
        for name in refused + ["below"] {
            let attempt = try #require(attempts.first { $0.event == name }, "\(name)")
            #expect(attempt.outcome == "blocked", "\(attempt)")
            #expect(attempt.errorClass == "blocked", "\(attempt)")
            #expect(attempt.remoteAddress == nil, "\(attempt)")
        }
        #expect(attempts.first { $0.event == "metadata" }?.error?.hasPrefix("169.254.169.254 is a link-local") == true)
        #expect(allowed.requests.map(\.path).sorted() == ["/allowed", "/mixed", "/mixed6"])
        #expect(forbidden.requests.map(\.path) == ["/named"])
        #expect(forbidden.connectionCount == 1)
        program.signal(SIGTERM)
        #expect(await program.waitUntilExit() == 0)
    }

    @Test("The operator's own URLs may lead to private addresses, but to the metadata service only by the list")
    func operatorURLs() async throws {
        let names = try NameService([
            "private.test": ["127.0.0.1"],
            "metadata.test": ["169.254.169.254"],
            "mixed.test": ["169.254.169.254", "fe80::1", "0.0.0.0", "127.0.0.1"],
        ])
        let hosts = ["private", "metadata", "mixed"]
        let routes = hosts.map { Installation.route($0, to: "http://\($0).test:\(port)/\($0)") }
        let installation = try Self.installation(routes: routes.joined(separator: "\n"), allow: "127.0.0.2")
        let program = try await installation.up("--log-format", "json", environment: names.environment)
        for host in hosts {
            try await installation.xadd("type", "job.completed", "id", host, "data", "{}", "route", host)
        }
        let attempts = try await AttemptLine.wait(for: hosts.count, of: program)
        let outcomes = Dictionary(attempts.map { ($0.event, $0.outcome) }) { first, _ in first }
        #expect(outcomes == ["private": "delivered", "metadata": "blocked", "mixed": "delivered"])
        #expect(forbidden.requests.map(\.path).sorted() == ["/mixed", "/private"])
        program.signal(SIGTERM)
        #expect(await program.waitUntilExit() == 0)
    }

    @Test("A name whose answer changes between look-ups does not lead elsewhere")
    func rebinding() async throws {
        let names = try NameService(["rebinding.test": ["127.0.0.2"]])
        let installation = try Self.installation(allow: "127.0.0.2")
        let program = try await installation.up("--log-format", "json", environment: names.environment)
        let url = "http://rebinding.test:\(port)"
        try await publish("first", to: url + "/again", installation)
        _ = try await allowed.waitForRequests(1)

        // Its retries are dialled where the name leads by then.
        try names.change(to: ["rebinding.test": ["127.0.0.1", "169.254.169.254", "::1"]], turn: 1)
        try await program.waitFor(#""outcome":"blocked""#, within: .seconds(30))
        #expect(AttemptLine.lines(of: program).last { $0.event == "first" }?.outcome == "blocked")
        #expect(AttemptLine.lines(of: program).dropLast().allSatisfy { $0.remoteAddress == "127.0.0.2:\(port)" })
        try await publish("second", to: url + "/second", installation)
        try await program.waitFor(#""outcome":"blocked""#, count: 2)
        #expect(forbidden.connectionCount == 0)

        program.signal(SIGTERM)
        #expect(await program.waitUntilExit() == 0)
    }

    @Test("A name service that does not answer costs an attempt its deadline, and nobody else anything")
    func silence() async throws {
        let (names, installation, program, strays) = try await programWithSilentNames()
        // The file is there for as long as it is asked for.
        defer { withExtendedLifetime(names) {} }
        for index in 1..<5 {
            try await publish("silent-\(index)", to: "http://silent.test:\(port)/\(index)", installation)
        }
        for index in 0..<20 {
            try await publish("literal-\(index)", to: "http://127.0.0.2:\(port)/literal", installation)
        }
        _ = try await allowed.waitForRequests(strays + 20)
        _ = try await AttemptLine.wait(for: 25, of: program)
        try await program.waitFor(#""error_class":"dns""#, count: 5)
        let silent = AttemptLine.lines(of: program).filter { $0.event.hasPrefix("silent") }
        #expect(silent.allSatisfy { $0.outcome == "retry" && $0.totalMilliseconds < 6000 }, "\(silent)")
        #expect(allowed.requests.dropFirst(strays).allSatisfy { $0.path == "/literal" })
        // Look-ups that are still waiting do not keep it from ending.
        program.signal(SIGTERM)
        #expect(await program.waitUntilExit() == 0)
    }

    /// Starts a program whose name service does not answer, and publishes `silent-0`.
    ///
    /// Once in a while the library goes on answering from the file that is gone. That is no fault of the program, so another is
    /// started then; it is known by its request.
    ///
    /// - Returns: also the requests of those before.
    private func programWithSilentNames() async throws -> (NameService, Installation, Program, strays: Int) {
        for strays in 0..<3 {
            let names = try NameService(["silent.test": ["127.0.0.2"]])
            let installation = try Self.installation(timeout: "2s", connectTimeout: "1s", allow: "127.0.0.2")
            let program = try await installation.up("--log-format", "json", environment: names.environment)
            try names.fallSilent(turn: 1)
            try await publish("silent-0", to: "http://silent.test:\(port)/0", installation)
            let attempt = try #require(try await AttemptLine.wait(for: 1, of: program).first)
            if attempt.outcome != "delivered" { return (names, installation, program, strays) }
            program.signal(SIGTERM)
            _ = await program.waitUntilExit()
        }
        throw NamesStillAnswer()
    }

    /// The name service answers though it was told not to.
    private struct NamesStillAnswer: Error {}
}
