import ArgumentParser
import Deliveries
import Foundation
import Signing

/// `postback verify`: verifies one signature, for the author of a receiver.
struct VerifyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Verifies the signatures of one delivery from its headers and body.",
        discussion: """
            The headers file has a `name: value` on each line, as curl -i or a log prints them. Every signature header \
            that is there is checked. Exit code 0 when all are good, 1 when one is not.
            """
    )

    @Option(help: "The secret (whsec_…), or env:NAME or file:PATH. Default: POSTBACK_SECRET.")
    var secret: String?
    @Option(help: "File with the headers.", completion: .file())
    var headers: String
    @Option(help: "File with the body, byte for byte; - for standard input.", completion: .file())
    var body: String
    @Option(parsing: .unconditional, help: "Seconds by which the timestamp may differ from now.")
    var tolerance: Int64 = 300
    @Flag(help: "Do not look at the timestamp's age: for a delivery that was kept.")
    var ignoreAge = false

    func validate() throws {
        guard tolerance >= 0 else { throw ValidationError("--tolerance: \(tolerance) is negative") }
    }

    func run() throws {
        let verifier = SignatureVerifier(secrets: [try SecretSource.read(secret)], tolerance: tolerance)
        let fields = try headerFields()
        let content = try Self.read(body, option: "--body")
        let now = ignoreAge ? timestamp(of: fields) : RelayClockReading.nowSeconds
        let report = VerificationReport(fields: fields, body: content, verifier: verifier, now: now)
        report.lines.forEach(StandardStream.output.write)
        if !report.isGood { throw ExitCode(1) }
    }

    private func headerFields() throws -> [(name: String, value: String)] {
        let text = String(decoding: try Self.read(headers, option: "--headers"), as: UTF8.self)
        return text.split(whereSeparator: \.isNewline).compactMap { line in
            guard let colon = line.firstIndex(of: ":") else { return nil }
            let value = line[line.index(after: colon)...]
            return (
                line[..<colon].trimmingCharacters(in: .whitespaces), value.trimmingCharacters(in: .whitespaces)
            )
        }
    }

    private func timestamp(of fields: [(name: String, value: String)]) -> Int64 {
        fields.first { $0.name.lowercased() == SignatureHeader.timestamp }.flatMap { Int64($0.value) }
            ?? RelayClockReading.nowSeconds
    }

    private static func read(_ path: String, option: String) throws -> [UInt8] {
        if path == "-" { return Array(FileHandle.standardInput.readDataToEndOfFile()) }
        guard let data = FileManager.default.contents(atPath: path) else {
            throw CommandFailure(.noInput, "\(option): cannot read \(path)")
        }
        return Array(data)
    }
}
