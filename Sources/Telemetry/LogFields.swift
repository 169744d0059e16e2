import Logging

/// The pairs of one log line, for ``LogBatch``: either written into the line as they come, or gathered for another back end.
///
/// Give them in the alphabetical order of their keys: a line that is written as they come has no other.
package struct LogFields {
    enum Sink {
        case line(LogLine)
        case metadata(Logger.Metadata)
    }

    var sink: Sink

    /// Adds text; `nil` is left out.
    package mutating func add(_ key: LogKey, _ text: String?) {
        guard let text else { return }
        switch sink {
        case .line(var line):
            // Taken out while it grows, so that it is not copied.
            sink = .metadata([:])
            line.append(key.rawValue, text: text)
            sink = .line(line)
        case .metadata(var metadata):
            metadata[key.rawValue] = "\(text)"
            sink = .metadata(metadata)
        }
    }

    /// Adds a number; `nil` is left out.
    package mutating func add(_ key: LogKey, _ number: Int64?) { number.map { add(key, number: $0) } }

    /// Adds a number; `nil` is left out.
    package mutating func add(_ key: LogKey, _ number: Int?) { number.map { add(key, number: $0) } }

    /// Adds a number.
    package mutating func add(_ key: LogKey, _ number: Double) { add(key, number: number) }

    private mutating func add(_ key: LogKey, number: some CustomStringConvertible & Sendable) {
        switch sink {
        case .line(var line):
            sink = .metadata([:])
            line.append(key.rawValue, number: number.description)
            sink = .line(line)
        case .metadata(var metadata):
            metadata[key.rawValue] = .stringConvertible(number)
            sink = .metadata(metadata)
        }
    }
}
