import Deliveries

/// The header section of an answer as it comes in, line by line.
///
/// Interim answers (1xx) come before the final one with the same kind of lines: each status line starts anew, so that only
/// the final section is kept, but all lines count towards the limit.
struct ResponseHead {
    /// The fields that are kept.
    private(set) var fields: [HeaderField] = []
    /// Bytes of the lines behind ``fields``.
    private var keptBytes = 0
    /// Bytes of all lines so far.
    private(set) var totalBytes = 0
    /// Whether the empty line that ends the section has come.
    private(set) var hasEnded = false

    /// The length of the body as the answer declares it.
    var contentLength: Int? {
        fields.first { $0.isNamed("content-length") }.flatMap { Int($0.value) }
    }

    /// Takes one line, with or without its line end.
    ///
    /// - Parameter keep: bytes of fields that are kept at most.
    mutating func take(_ line: some RandomAccessCollection<UInt8>, keep: Int) {
        totalBytes += line.count
        if line.starts(with: "HTTP/".utf8) {
            fields = []
            keptBytes = 0
            hasEnded = false
            return
        }
        let text = Self.trimmed(line)
        hasEnded = text.isEmpty
        guard let first = line.first, !text.isEmpty, keptBytes + line.count <= keep else { return }
        keptBytes += line.count
        if Self.isBlank(first) {
            // A folded line (RFC 9112 section 5.2) goes on with the value of the field before.
            guard let last = fields.indices.last else { return }
            fields[last].value += " " + String(decoding: text, as: UTF8.self)
        } else if let colon = text.firstIndex(of: UInt8(ascii: ":")) {
            let name = String(decoding: text[..<colon], as: UTF8.self)
            let value = String(decoding: Self.trimmed(text[text.index(after: colon)...]), as: UTF8.self)
            fields.append(HeaderField(name, value))
        }
    }

    /// Without spaces, tabs and line ends on both sides.
    private static func trimmed<Part: BidirectionalCollection<UInt8>>(_ part: Part) -> Part.SubSequence {
        var part = part[...]
        while let first = part.first, isBlank(first) { part = part.dropFirst() }
        while let last = part.last, isBlank(last) { part = part.dropLast() }
        return part
    }

    private static func isBlank(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") || byte == UInt8(ascii: "\r")
            || byte == UInt8(ascii: "\n")
    }
}
