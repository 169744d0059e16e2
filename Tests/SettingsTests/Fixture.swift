import Foundation
import Settings

/// Secrets that no message may show.
enum Hidden {
    static let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    static let other = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"
    static let third = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX"
    static let apiKey = "pk_0123456789abcdef"
    /// Pieces that would give one of them away.
    static let pieces = ["MfKQ9r8G", "C2FVsBQI", "AAECAwQF", "pk_0123456789", "hunter2"]
}

/// A configuration file in a directory of its own.
enum Fixture {
    /// Loads a file with this text.
    static func load(_ yaml: String, environment: [String: String] = [:]) throws -> Settings {
        try load(Data(yaml.utf8), environment: environment)
    }

    static func load(_ bytes: Data, environment: [String: String] = [:]) throws -> Settings {
        try withDirectory { directory in
            let file = directory.appendingPathComponent("postback.yaml")
            try bytes.write(to: file)
            return try SettingsLoader.load(file: file.path, environment: environment)
        }
    }

    /// The lines that a file is refused with, its directory taken out; empty if it is accepted.
    static func refusals(_ yaml: String, environment: [String: String] = [:]) throws -> [String] {
        try refusals(Data(yaml.utf8), environment: environment)
    }

    static func refusals(_ bytes: Data, environment: [String: String] = [:]) throws -> [String] {
        do {
            _ = try load(bytes, environment: environment)
            return []
        } catch let errors as SettingsErrors {
            return errors.problems.map { problem in
                let file = problem.file.map { URL(fileURLWithPath: $0).lastPathComponent }
                return SettingsProblem(file: file, line: problem.line, path: problem.path, message: problem.message)
                    .description
            }
        }
    }

    /// Runs with a new directory, which is removed at the end.
    static func withDirectory<Result>(_ body: (URL) throws -> Result) throws -> Result {
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent("settings-\(UUID())")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        return try body(directory)
    }

    /// A route whose success destination has these further lines; the first of them is line 6.
    static func route(_ lines: String..., name: String = "a") -> String {
        """
        routes:
          - name: \(name)
            success:
              url: https://n8n.example.com/webhook/x
              secret: \(Hidden.secret)

        """ + lines.map { "      \($0)\n" }.joined()
    }
}
