/// How log lines are written: `--log-format`.
package enum LogFormat: String, CaseIterable, Sendable {
    /// For a person: time, level, message, then `key=value`.
    case text
    /// For a collector: one JSON object a line.
    case json
}
