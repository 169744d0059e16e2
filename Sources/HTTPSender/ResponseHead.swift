import Deliveries

/// The header section of an answer as it comes in, line by line.
///
/// Interim answers (1xx) come before the final one with the same kind of lines: only the final section is kept. What follows
/// it are trailers, which are of no use to anybody here. All lines count towards the limit.
struct ResponseHead {
    /// What the section says about the length of the body.
    enum Length: Hashable {
        /// Nothing, or that it comes in chunks, which overrides any length (RFC 9112 section 6.3).
        case open
        /// So many bytes.
        case bytes(Int)
        /// Something that is no length, or two lengths that differ: the answer may not be used (RFC 9112 section 6.3).
        case unclear
    }

    private enum State {
        case beforeStatus
        case inSection(isInterim: Bool)
        case ended
    }

    /// What is reckoned for a field beyond its line, so that many small fields do not take many times their size.
    private static let overheadOfField = 32

    private var state = State.beforeStatus
    /// The fields that are kept.
    private(set) var fields: [HeaderField] = []
    /// Bytes of the lines behind ``fields``, and what is reckoned for each.
    private var keptBytes = 0
    /// Bytes of all lines so far.
    private(set) var totalBytes = 0
    /// Whether the answer says that it is one of HTTP/2.
    private(set) var isHTTP2 = false

    /// Whether the empty line that ends the final section has come.
    var hasEnded: Bool {
        if case .ended = state { true } else { false }
    }

    /// The length of the body as the answer declares it.
    var length: Length {
        var length = Length.open
        for field in fields {
            if field.isNamed("transfer-encoding") { return .open }
            guard field.isNamed("content-length") else { continue }
            for part in field.value.split(separator: ",", omittingEmptySubsequences: false) {
                guard let bytes = Self.bytes(part), length == .open || length == .bytes(bytes) else {
                    length = .unclear
                    break
                }
                length = .bytes(bytes)
            }
        }
        return length
    }

    /// Takes one line, with or without its line end.
    ///
    /// - Parameter keep: bytes of fields that are kept at most.
    mutating func take(_ line: some RandomAccessCollection<UInt8>, keep: Int) {
        totalBytes += line.count
        switch state {
        case .beforeStatus:
            isHTTP2 = line.starts(with: "HTTP/2".utf8)
            state = .inSection(isInterim: Self.isInterim(line))
        case .inSection(let isInterim):
            let text = Self.trimmed(line)
            if text.isEmpty {
                state = isInterim ? .beforeStatus : .ended
            } else if !isInterim {
                takeField(text, isFolded: line.first.map(Self.isBlank) ?? false, cost: line.count, keep: keep)
            }
        case .ended:
            break
        }
    }

    private mutating func takeField(_ text: some BidirectionalCollection<UInt8>, isFolded: Bool, cost: Int, keep: Int) {
        let cost = cost + (isFolded ? 0 : Self.overheadOfField)
        guard keptBytes + cost <= keep else { return }
        if isFolded {
            // A folded line (RFC 9112 section 5.2) goes on with the value of the field before.
            guard let last = fields.indices.last else { return }
            fields[last].value += " " + String(decoding: text, as: UTF8.self)
        } else if let colon = text.firstIndex(of: UInt8(ascii: ":")) {
            let name = String(decoding: text[..<colon], as: UTF8.self)
            let value = String(decoding: Self.trimmed(text[text.index(after: colon)...]), as: UTF8.self)
            if fields.isEmpty { fields.reserveCapacity(8) }
            fields.append(HeaderField(name, value))
        }
        keptBytes += cost
    }

    /// Whether a status line is one of an interim answer: `HTTP/1.1 1…`.
    private static func isInterim(_ statusLine: some Collection<UInt8>) -> Bool {
        statusLine.drop { !isBlank($0) }.first { !isBlank($0) } == UInt8(ascii: "1")
    }

    /// Reads a length: digits only (RFC 9110 section 8.6).
    private static func bytes(_ text: Substring) -> Int? {
        let digits = trimmed(text.utf8)
        guard digits.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        return Int(Substring(digits))
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
