import ArgumentParser
import Foundation
import Logging
import Settings
import Telemetry

/// The options that the commands share; each is also an environment variable (contract section 1).
struct CommonOptions: ParsableArguments {
    @Option(help: "Configuration file (POSTBACK_CONFIG).")
    var config: String?

    @Option(
        name: [.customLong("data-dir"), .customLong("data")],
        help: "Data directory (POSTBACK_DATA; default ./postback-data)."
    )
    var data: String?

    @Option(help: "trace, debug, info, notice, warning, error or critical (POSTBACK_LOG_LEVEL; default info).")
    var logLevel: String?

    @Option(help: "text or json (POSTBACK_LOG_FORMAT; default text).")
    var logFormat: String?

    func validate() throws {
        for (name, value) in [("--config", config), ("--data-dir", data)] where value == "" {
            throw ValidationError("\(name): is empty")
        }
    }

    static let environment = ProcessInfo.processInfo.environment

    /// An option's value: what was given, else its environment variable. An empty variable counts as absent.
    static func value(_ given: String?, _ variable: String) -> String? {
        given ?? environment[variable].flatMap { $0.isEmpty ? nil : $0 }
    }

    var configFile: String? { Self.value(config, "POSTBACK_CONFIG") }

    var dataDirectory: DataDirectory { DataDirectory(path: Self.value(data, "POSTBACK_DATA") ?? "./postback-data") }

    /// The logger of a server command: what the options and the environment say, else the configuration.
    func logger(_ settings: LogSettings) throws -> Logger {
        let levelName = Self.value(logLevel, "POSTBACK_LOG_LEVEL") ?? settings.level.rawValue
        guard let level = Logger.Level(rawValue: levelName.lowercased()) else {
            throw ValidationError(
                "--log-level: \(levelName) is not trace, debug, info, notice, warning, error or critical"
            )
        }
        let formatName = Self.value(logFormat, "POSTBACK_LOG_FORMAT") ?? settings.format.rawValue
        guard let format = LogFormat(rawValue: formatName.lowercased()) else {
            throw ValidationError("--log-format: \(formatName) is not text or json")
        }
        return Logger(label: "postback") { LineLogHandler(label: $0, level: level, format: format) }
    }
}
