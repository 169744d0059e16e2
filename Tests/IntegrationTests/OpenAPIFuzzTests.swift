import Foundation
import ProgramTestSupport
import ReceiverTestSupport
import Testing

/// `openapi.yaml` against the running program, by a tool that nobody here wrote (schemathesis, from PyPI): requests that the
/// document allows and requests that it forbids, and every answer held to it. Skipped where deploy/test has not installed it.
@Suite("The API, fuzzed by its own description", .enabled(if: Python.path != nil), .timeLimit(.minutes(6)))
struct OpenAPIFuzzTests {
    /// No check here is about taste: no answer of 500 and above, and none that the document does not know.
    private static let checks = [
        "not_a_server_error", "status_code_conformance", "content_type_conformance", "response_headers_conformance",
        "response_schema_conformance", "allow_header_conformance", "ignored_auth",
    ]

    @Test("no answer is a server error, and each is one that the document describes")
    func fuzz() async throws {
        // Nothing listens there: what is published goes nowhere.
        let installation = try Installation(
            routes: Installation.route(to: "http://127.0.0.1:9/hook"),
            more: "api:\n  limits: { submit: none, status: none, health: none }\n"
        )
        let program = try await installation.up()
        let url = try String(contentsOfFile: installation.data + "/url", encoding: .utf8).trimmed
        let key = try String(contentsOfFile: installation.data + "/api-key", encoding: .utf8).trimmed
        let log = installation.directory.path + "/schemathesis.log"
        let code = try await run(
            [
                try #require(Python.path), "-m", "schemathesis.cli", "run", url + "/openapi.yaml", "--url", url,
                "--header", "Authorization: Bearer " + key, "--checks", Self.checks.joined(separator: ","),
                "--phases", "examples,coverage,fuzzing", "--max-examples", "12", "--max-time", "90", "--seed",
                "20260124",
                "--generation-database", "none", "--continue-on-failure", "--warnings", "off", "--no-color",
                "--request-timeout", "10",
                // It waits, a minute for each job that is to run later; the other two paths take the same jobs.
                "--exclude-path", "/api/reports/generate",
            ],
            log: log
        )
        let report = try String(contentsOfFile: log, encoding: .utf8)
        #expect(code == 0, "\(report.suffix(12_000))")
        #expect(report.contains("No issues found"), "\(report.suffix(2000))")
        // Whatever was sent, it still works.
        let alive = try await installation.run("deliveries", "list", "--json")
        #expect(alive.code == 0, "\(alive.output)")
        program.signal(SIGTERM)
        #expect(await program.waitUntilExit() == 0)
    }

    /// Runs a program to its end, but no longer than five minutes. - Returns: its exit code.
    private func run(_ arguments: [String], log: String) async throws -> Int32 {
        try Data().write(to: URL(fileURLWithPath: log))
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["timeout", "--kill-after", "5", "300"] + arguments
        // It keeps a directory of its own where it stands.
        process.currentDirectoryURL = URL(fileURLWithPath: (log as NSString).deletingLastPathComponent)
        let output = try FileHandle(forWritingTo: URL(fileURLWithPath: log))
        process.standardOutput = output
        process.standardError = output
        let (ends, end) = AsyncStream.makeStream(of: Void.self)
        process.terminationHandler = { _ in end.finish() }
        try process.run()
        for await _ in ends {}
        return process.terminationStatus
    }
}

/// The Python that has the tools of the tests; `nil` where deploy/test has not made one.
private enum Python {
    static var path: String? { ProcessInfo.processInfo.environment["POSTBACK_TEST_PYTHON"] }
}

extension String {
    fileprivate var trimmed: String { trimmingCharacters(in: .whitespacesAndNewlines) }
}
