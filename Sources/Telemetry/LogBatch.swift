package import Logging

/// Log lines that are written together: for the one line of each attempt, of which there are thousands a second.
///
/// A line that goes through `Logger` costs a dictionary of its pairs, a sort and a `write` of its own. Lines of a batch are
/// written into one block of bytes and leave in one `write`. The lines are the same; back ends other than ``LineLogHandler``
/// get theirs through `Logger`.
package struct LogBatch {
    private let logger: Logger
    private let lines: LineLogHandler?
    private let time: String
    private var bytes: [UInt8] = []

    /// Begins a batch; all its lines bear the time of this moment.
    package init(_ logger: Logger) {
        self.logger = logger
        // A handler with pairs of its own would have to merge them into each line.
        let own = logger.handler as? LineLogHandler
        lines = own.flatMap { $0.metadata.isEmpty && $0.metadataProvider == nil ? $0 : nil }
        time = lines == nil ? "" : LogClock.now()
    }

    /// Adds a line, if its level is on.
    ///
    /// - Parameter fields: adds the pairs, in the alphabetical order of their keys.
    package mutating func add(_ level: Logger.Level, _ message: StaticString, _ fields: (inout LogFields) -> Void) {
        guard logger.logLevel <= level else { return }
        guard let lines else {
            var pairs = LogFields()
            fields(&pairs)
            return logger.log(level: level, "\(message)", metadata: pairs.metadata)
        }
        let earlier = bytes
        bytes = []
        var pairs = LogFields(
            line: LogLine(
                lines.format,
                time: time,
                level: level.rawValue,
                message: message.description,
                after: consume earlier
            )
        )
        fields(&pairs)
        pairs.line?.end()
        bytes = pairs.line?.bytes ?? []
    }

    /// Writes what was added. Nothing is written before.
    package consuming func write() {
        guard !bytes.isEmpty else { return }
        lines?.write(bytes)
    }
}
