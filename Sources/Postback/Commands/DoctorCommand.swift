import ArgumentParser
import Foundation

/// `postback doctor`: looks at a running system as one would who misses a callback or a document.
struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Looks whether a running Postback does its work, and says what to do where it does not.",
        discussion: """
            It asks for the parts (Redis, ledger, relay), the queues and their workers, the products, the destinations, and what died, \
            failed or was set aside. Exit code 0 without problems, with or without warnings; 1 with one; 69 when nobody answers. \
            `postback routes check` looks at the configuration.
            """
    )

    @OptionGroup var connection: ClientOptions
    @Flag(help: "Print JSON, one finding a line.")
    var json = false

    func run() async throws {
        let examination = try await Examination(connection.client())
        let diagnosis = Diagnosis(examination)
        for finding in diagnosis.findings {
            if json {
                StandardStream.output.writeJSON(finding.json)
            } else {
                Self.lines(finding).forEach(StandardStream.output.write)
            }
        }
        let (problems, warnings) = (diagnosis.count(.problem), diagnosis.count(.warning))
        if !json { StandardStream.output.write("problems: \(problems), warnings: \(warnings)") }
        // Everything is said above.
        if problems > 0 { throw ExitCode(CommandFailure.Code.failed.rawValue) }
    }

    /// A finding for a person: the level first, so that the eye finds it.
    private static func lines(_ finding: Finding) -> [String] {
        let level = finding.level == .ok ? "ok" : finding.level.rawValue
        let indent = String(repeating: " ", count: 9)
        return [level + indent.dropFirst(level.count) + finding.subject + ": " + finding.text]
            + (finding.advice.map { [indent + "→ " + $0] } ?? [])
    }
}
