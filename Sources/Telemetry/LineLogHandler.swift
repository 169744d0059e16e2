import Glibc
package import Logging

/// Writes one line for each log event to standard error, as text or JSON.
package struct LineLogHandler: LogHandler {
    package var logLevel: Logger.Level
    package var metadata: Logger.Metadata = [:]
    package var metadataProvider: Logger.MetadataProvider?
    private let label: String
    let format: LogFormat
    let write: @Sendable ([UInt8]) -> Void

    /// Makes a handler.
    ///
    /// - Parameter write: takes a whole line with its end; standard error by default.
    package init(
        label: String,
        level: Logger.Level,
        format: LogFormat,
        write: @escaping @Sendable ([UInt8]) -> Void = LineLogHandler.writeToStandardError
    ) {
        self.label = label
        self.logLevel = level
        self.format = format
        self.write = write
    }

    package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    package func log(event: LogEvent) {
        var merged = metadata
        if let provided = metadataProvider?.get() { merged.merge(provided) { _, new in new } }
        if let own = event.metadata { merged.merge(own) { _, new in new } }
        if let error = event.error { merged[LogKey.error.rawValue] = "\(error)" }
        var line = LogLine(
            format,
            time: LogClock.now(),
            level: event.level.rawValue,
            message: "\(event.message)"
        )
        for (key, value) in merged.sorted(by: { $0.key < $1.key }) {
            if case .stringConvertible(let number) = value, number is Int || number is Int64 || number is Double {
                line.append(key, number: "\(number)")
            } else {
                line.append(key, text: "\(value)")
            }
        }
        line.end()
        write(line.bytes)
    }

    /// One `write` a line or batch: lines up to a pipe's atomic size do not mix with those of another process.
    package static let writeToStandardError: @Sendable ([UInt8]) -> Void = { line in
        line.withUnsafeBytes { bytes in
            var offset = 0
            while offset < bytes.count {
                let written = Glibc.write(STDERR_FILENO, bytes.baseAddress?.advanced(by: offset), bytes.count - offset)
                if written <= 0 {
                    if written < 0, errno == EINTR { continue }
                    return
                }
                offset += written
            }
        }
    }
}
