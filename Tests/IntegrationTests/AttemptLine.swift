import Foundation
import ProgramTestSupport

/// The line that the program logs of an attempt, of a run with `--log-format json`.
struct AttemptLine: Decodable {
    let message: String
    let event: String
    let outcome: String
    let error: String?
    let errorClass: String?
    let remoteAddress: String?
    let totalMilliseconds: Double

    private enum CodingKeys: String, CodingKey {
        case message, event, outcome, error
        case errorClass = "error_class"
        case remoteAddress = "remote_address"
        case totalMilliseconds = "total_ms"
    }

    /// Waits until the program has made so many attempts, and returns all it has made so far.
    static func wait(for count: Int, of program: Program, within limit: Duration = .seconds(20)) async throws
        -> [AttemptLine]
    {
        try await program.waitFor(#""message":"Attempt""#, count: count, within: limit)
        return lines(of: program)
    }

    /// The attempts that were logged so far, in order.
    static func lines(of program: Program) -> [AttemptLine] {
        program.output.split(separator: "\n").compactMap { line in
            guard let line = try? JSONDecoder().decode(AttemptLine.self, from: Data(line.utf8)) else { return nil }
            return line.message == "Attempt" ? line : nil
        }
    }
}
