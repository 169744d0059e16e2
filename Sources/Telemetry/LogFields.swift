import Logging

/// The pairs of one log line, for ``LogBatch``: either written into the line as they come, or gathered for another back end.
///
/// Give them in the alphabetical order of their keys: a line that is written as they come has no other.
package struct LogFields {
    /// The line that they are written into; `nil`: they are gathered. Changed in place, because all lines before it are in the
    /// same block and would be copied with it.
    var line: LogLine?
    private(set) var metadata: Logger.Metadata = [:]

    /// Adds text; `nil` is left out.
    package mutating func add(_ key: LogKey, _ text: String?) {
        guard let text else { return }
        if line != nil {
            line?.append(key.rawValue, text: text)
        } else {
            metadata[key.rawValue] = "\(text)"
        }
    }

    /// Adds a number; `nil` is left out.
    package mutating func add(_ key: LogKey, _ number: Int64?) { number.map { add(key, number: $0) } }

    /// Adds a number; `nil` is left out.
    package mutating func add(_ key: LogKey, _ number: Int?) { number.map { add(key, number: $0) } }

    /// Adds a number.
    package mutating func add(_ key: LogKey, _ number: Double) { add(key, number: number) }

    private mutating func add(_ key: LogKey, number: some CustomStringConvertible & Sendable) {
        if line != nil {
            line?.append(key.rawValue, number: number.description)
        } else {
            metadata[key.rawValue] = .stringConvertible(number)
        }
    }
}
