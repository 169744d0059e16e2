/// A line of the log under construction, as bytes: head first, then the pairs in the order in which they are to stand.
///
/// Everything that writes lines writes them through this, so that a line looks the same whichever way it came.
struct LogLine {
    private(set) var bytes: [UInt8]
    private let format: LogFormat

    /// Begins a line.
    ///
    /// - Parameters:
    ///   - time: as ``LogClock`` gives it.
    ///   - earlier: lines that stand before this one.
    init(_ format: LogFormat, time: String, level: String, message: String, after earlier: consuming [UInt8] = []) {
        self.format = format
        bytes = earlier
        switch format {
        case .text:
            bytes.append(contentsOf: time.utf8)
            bytes.append(UInt8(ascii: " "))
            bytes.append(contentsOf: level.utf8)
            for _ in 0..<max(1, 8 - level.utf8.count) { bytes.append(UInt8(ascii: " ")) }
            bytes.append(contentsOf: message.utf8)
        case .json:
            bytes.append(contentsOf: #"{"time":""#.utf8)
            bytes.append(contentsOf: time.utf8)
            bytes.append(contentsOf: #"","level":""#.utf8)
            bytes.append(contentsOf: level.utf8)
            bytes.append(contentsOf: #"","message":"#.utf8)
            appendQuoted(message)
        }
    }

    /// Adds a pair whose value is text.
    mutating func append(_ key: String, text: String) {
        appendKey(key)
        if format == .text, Self.isPlain(text) {
            bytes.append(contentsOf: text.utf8)
        } else {
            appendQuoted(text)
        }
    }

    /// Adds a pair whose value is a number, in decimal.
    mutating func append(_ key: String, number: String) {
        appendKey(key)
        bytes.append(contentsOf: number.utf8)
    }

    /// Ends the line.
    mutating func end() {
        if format == .json { bytes.append(UInt8(ascii: "}")) }
        bytes.append(UInt8(ascii: "\n"))
    }

    private mutating func appendKey(_ key: String) {
        switch format {
        case .text:
            bytes.append(UInt8(ascii: " "))
            bytes.append(contentsOf: key.utf8)
            bytes.append(UInt8(ascii: "="))
        case .json:
            bytes.append(UInt8(ascii: ","))
            appendQuoted(key)
            bytes.append(UInt8(ascii: ":"))
        }
    }

    private static func isPlain(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != 0x22 && $0 != 0x3D }
    }

    /// A string that stays on one line whatever is in it, so that nothing logged can forge a line.
    private mutating func appendQuoted(_ text: String) {
        bytes.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                bytes.append(UInt8(ascii: "\\"))
                bytes.append(byte)
            case 0x0A: bytes.append(contentsOf: #"\n"#.utf8)
            case 0..<0x20, 0x7F:
                let digits = String(byte, radix: 16)
                bytes.append(contentsOf: (#"\u"# + String(repeating: "0", count: 4 - digits.count) + digits).utf8)
            default: bytes.append(byte)
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }
}
