import Glibc
package import Logging

/// Writes one line for each log event to standard error, as text or JSON.
package struct LineLogHandler: LogHandler {
    package var logLevel: Logger.Level
    package var metadata: Logger.Metadata = [:]
    package var metadataProvider: Logger.MetadataProvider?
    private let label: String
    private let format: LogFormat
    private let write: @Sendable ([UInt8]) -> Void

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
        let pairs = merged.sorted { $0.key < $1.key }
        var line = [UInt8]()
        line.reserveCapacity(256)
        switch format {
        case .text: appendText(event, pairs, to: &line)
        case .json: appendJSON(event, pairs, to: &line)
        }
        line.append(UInt8(ascii: "\n"))
        write(line)
    }

    private func appendText(
        _ event: LogEvent,
        _ pairs: [(key: String, value: Logger.MetadataValue)],
        to line: inout [UInt8]
    ) {
        let level = event.level.rawValue
        line.append(contentsOf: Self.now().utf8)
        line.append(contentsOf: " \(level)\(String(repeating: " ", count: max(0, 8 - level.count)))".utf8)
        line.append(contentsOf: "\(event.message)".utf8)
        for (key, value) in pairs {
            line.append(contentsOf: " \(key)=".utf8)
            let text = "\(value)"
            let isPlain = !text.isEmpty && text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != 0x22 && $0 != 0x3D }
            if isPlain { line.append(contentsOf: text.utf8) } else { Self.appendQuoted(text, to: &line) }
        }
    }

    private func appendJSON(
        _ event: LogEvent,
        _ pairs: [(key: String, value: Logger.MetadataValue)],
        to line: inout [UInt8]
    ) {
        line.append(contentsOf: #"{"time":""#.utf8)
        line.append(contentsOf: Self.now().utf8)
        line.append(contentsOf: #"","level":""#.utf8)
        line.append(contentsOf: event.level.rawValue.utf8)
        line.append(contentsOf: #"","message":"#.utf8)
        Self.appendQuoted("\(event.message)", to: &line)
        for (key, value) in pairs {
            line.append(UInt8(ascii: ","))
            Self.appendQuoted(key, to: &line)
            line.append(UInt8(ascii: ":"))
            if case .stringConvertible(let number) = value, number is Int || number is Int64 || number is Double {
                line.append(contentsOf: "\(number)".utf8)
            } else {
                Self.appendQuoted("\(value)", to: &line)
            }
        }
        line.append(UInt8(ascii: "}"))
    }

    /// A string that stays on one line whatever is in it, so that nothing logged can forge a line.
    private static func appendQuoted(_ text: String, to line: inout [UInt8]) {
        line.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): line.append(contentsOf: [UInt8(ascii: "\\"), byte])
            case 0x0A: line.append(contentsOf: #"\n"#.utf8)
            case 0..<0x20, 0x7F:
                let digits = String(byte, radix: 16)
                line.append(contentsOf: (#"\u"# + String(repeating: "0", count: 4 - digits.count) + digits).utf8)
            default: line.append(byte)
            }
        }
        line.append(UInt8(ascii: "\""))
    }

    private static func now() -> String {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        var parts = tm()
        gmtime_r(&time.tv_sec, &parts)
        let padded = { (value: Int, width: Int) in
            let digits = String(value)
            return String(repeating: "0", count: max(0, width - digits.count)) + digits
        }
        let date =
            "\(padded(Int(parts.tm_year) + 1900, 4))-\(padded(Int(parts.tm_mon) + 1, 2))-\(padded(Int(parts.tm_mday), 2))"
        let clock = "\(padded(Int(parts.tm_hour), 2)):\(padded(Int(parts.tm_min), 2)):\(padded(Int(parts.tm_sec), 2))"
        return "\(date)T\(clock).\(padded(time.tv_nsec / 1_000_000, 3))Z"
    }

    /// One `write` a line: lines up to a pipe's atomic size do not mix with those of another process.
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
