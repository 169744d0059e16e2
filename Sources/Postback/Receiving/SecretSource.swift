import Foundation
import Signing

/// Reads the secret that a command was given: itself, `env:NAME` or `file:PATH`.
enum SecretSource {
    static func read(_ given: String?) throws -> Secret {
        guard let source = CommonOptions.value(given, "POSTBACK_SECRET") else {
            throw CommandFailure(
                .badConfiguration,
                "--secret: give the secret, env:NAME or file:PATH, or set POSTBACK_SECRET"
            )
        }
        do {
            return try Secret(try text(of: source))
        } catch let error as SecretError {
            throw CommandFailure(.badConfiguration, "--secret: \(error)")
        }
    }

    private static func text(of source: String) throws -> String {
        if source.hasPrefix("env:") {
            let name = String(source.dropFirst(4))
            guard let value = CommonOptions.environment[name] else {
                throw CommandFailure(.badConfiguration, "--secret: the variable \(name) is not set")
            }
            return value
        }
        if source.hasPrefix("file:") {
            let path = String(source.dropFirst(5))
            guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
                throw CommandFailure(.noInput, "--secret: cannot read \(path)")
            }
            return text.trimmingCharacters(in: .newlines)
        }
        return source
    }
}
