/// Checks JSON text (RFC 8259) in one pass, without building values.
///
/// The relay passes `data` on byte for byte; decoding it and encoding it again would cost more than sending it, and
/// would change numbers. So this only checks the grammar, and notes where the members of the outermost object are.
struct JSONScanner {
    /// Deeper nesting is refused: receivers' parsers recurse.
    static let depthLimit = 128

    private let depthLimit: Int
    private(set) var members: [JSONObjectBytes.Member] = []
    private var index = 0

    init(depthLimit: Int = Self.depthLimit) {
        self.depthLimit = depthLimit
    }

    /// Scans one object with nothing but white space around it, and returns where it stands.
    mutating func scanObject(_ bytes: Span<UInt8>) throws(JSONScanError) -> Range<Int> {
        skipSpace(bytes)
        guard peek(bytes) == UInt8(ascii: "{") else {
            throw error(index == bytes.count ? "is empty, not a JSON object" : "is not a JSON object")
        }
        let start = index
        members.reserveCapacity(8)
        try scanStructure(bytes)
        let end = index
        skipSpace(bytes)
        guard index == bytes.count else { throw error("has something after the JSON object") }
        return start..<end
    }

    /// Scans an object with all that is in it. A stack of "is an object" replaces recursion, so that no input can exhaust the thread's stack.
    private mutating func scanStructure(_ bytes: Span<UInt8>) throws(JSONScanError) {
        var stack: [Bool] = []
        var memberStart = 0
        var memberName = 0..<0
        var expectsValue = true
        while true {
            if expectsValue {
                switch peek(bytes) {
                case UInt8(ascii: "{")?, UInt8(ascii: "[")?:
                    let isObject = peek(bytes) == UInt8(ascii: "{")
                    guard stack.count < depthLimit else {
                        throw error("is nested more than \(depthLimit) deep")
                    }
                    index += 1
                    skipSpace(bytes)
                    if peek(bytes) == UInt8(ascii: isObject ? "}" : "]") {
                        index += 1
                        if stack.isEmpty { return }
                        expectsValue = false
                        break
                    }
                    stack.append(isObject)
                    if isObject {
                        let (start, name) = try scanName(bytes)
                        if stack.count == 1 { (memberStart, memberName) = (start, name) }
                    }
                    continue
                case UInt8(ascii: "\"")?: _ = try scanString(bytes)
                case UInt8(ascii: "t")?: try scanWord("true", bytes)
                case UInt8(ascii: "f")?: try scanWord("false", bytes)
                case UInt8(ascii: "n")?: try scanWord("null", bytes)
                default: try scanNumber(bytes)
                }
                expectsValue = false
            }
            if stack.count == 1 {
                members.append(JSONObjectBytes.Member(name: memberName, whole: memberStart..<index))
            }
            skipSpace(bytes)
            guard let isObject = stack.last else { return }
            switch peek(bytes) {
            case UInt8(ascii: ",")?:
                index += 1
                skipSpace(bytes)
                if isObject {
                    let (start, name) = try scanName(bytes)
                    if stack.count == 1 { (memberStart, memberName) = (start, name) }
                }
                expectsValue = true
            case UInt8(ascii: isObject ? "}" : "]")?:
                index += 1
                stack.removeLast()
                if stack.isEmpty { return }
            case nil: throw error("ends in the middle of JSON")
            default: throw error("is not valid JSON")
            }
        }
    }

    /// Scans a member's name and its colon; returns where the quoted name starts, and the name without its quotes.
    private mutating func scanName(_ bytes: Span<UInt8>) throws(JSONScanError) -> (start: Int, name: Range<Int>) {
        guard peek(bytes) == UInt8(ascii: "\"") else {
            throw error(index == bytes.count ? "ends in the middle of JSON" : "is not valid JSON")
        }
        let start = index
        let name = try scanString(bytes)
        skipSpace(bytes)
        guard peek(bytes) == UInt8(ascii: ":") else { throw error("is not valid JSON") }
        index += 1
        skipSpace(bytes)
        return (start, name)
    }

    private mutating func scanString(_ bytes: Span<UInt8>) throws(JSONScanError) -> Range<Int> {
        index += 1
        let start = index
        while index < bytes.count {
            let byte = bytes[index]
            switch byte {
            case UInt8(ascii: "\""):
                index += 1
                return start..<index - 1
            case UInt8(ascii: "\\"):
                try scanEscape(bytes)
            case 0..<0x20:
                throw error("has a control character in a string")
            case 0x20..<0x80:
                index += 1
            default:
                let length = Self.utf8SequenceLength(bytes, at: index)
                guard length > 0 else { throw error("is not valid UTF-8") }
                index += length
            }
        }
        throw error("ends in the middle of a string")
    }

    private mutating func scanEscape(_ bytes: Span<UInt8>) throws(JSONScanError) {
        guard index + 1 < bytes.count else { throw error("ends in the middle of a string") }
        switch bytes[index + 1] {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"),
            UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
            index += 2
        case UInt8(ascii: "u"):
            guard index + 6 <= bytes.count else { throw error("ends in the middle of a string") }
            for offset in 2..<6 where Self.hexValue(bytes[index + offset]) == nil {
                throw error("has a malformed escape in a string")
            }
            index += 6
        default:
            throw error("has a malformed escape in a string")
        }
    }

    private mutating func scanNumber(_ bytes: Span<UInt8>) throws(JSONScanError) {
        let start = index
        if peek(bytes) == UInt8(ascii: "-") { index += 1 }
        let leadingZero = peek(bytes) == UInt8(ascii: "0")
        let whole = scanDigits(bytes)
        guard whole > 0, !(leadingZero && whole > 1) else {
            index = start
            throw error(index == bytes.count ? "ends in the middle of JSON" : "is not valid JSON")
        }
        if peek(bytes) == UInt8(ascii: ".") {
            index += 1
            guard scanDigits(bytes) > 0 else { throw error("has a malformed number") }
        }
        if peek(bytes) == UInt8(ascii: "e") || peek(bytes) == UInt8(ascii: "E") {
            index += 1
            if peek(bytes) == UInt8(ascii: "+") || peek(bytes) == UInt8(ascii: "-") { index += 1 }
            guard scanDigits(bytes) > 0 else { throw error("has a malformed number") }
        }
    }

    private mutating func scanDigits(_ bytes: Span<UInt8>) -> Int {
        let start = index
        while index < bytes.count, bytes[index] >= 0x30, bytes[index] <= 0x39 { index += 1 }
        return index - start
    }

    private mutating func scanWord(_ word: StaticString, _ bytes: Span<UInt8>) throws(JSONScanError) {
        let matches = word.withUTF8Buffer { buffer in
            guard index + buffer.count <= bytes.count else { return false }
            for offset in buffer.indices where buffer[offset] != bytes[index + offset] { return false }
            return true
        }
        guard matches else { throw error("is not valid JSON") }
        index += word.utf8CodeUnitCount
    }

    private mutating func skipSpace(_ bytes: Span<UInt8>) {
        while index < bytes.count {
            switch bytes[index] {
            case 0x20, 0x09, 0x0A, 0x0D: index += 1
            default: return
            }
        }
    }

    private func peek(_ bytes: Span<UInt8>) -> UInt8? {
        index < bytes.count ? bytes[index] : nil
    }

    private func error(_ reason: String) -> JSONScanError {
        JSONScanError(reason: reason, offset: index)
    }

    /// The length of the well-formed multi-byte sequence at `index` (Unicode 15, table 3-7), or 0.
    static func utf8SequenceLength(_ bytes: Span<UInt8>, at index: Int) -> Int {
        let lead = bytes[index]
        let length: Int
        var second: ClosedRange<UInt8> = 0x80...0xBF
        switch lead {
        case 0xC2...0xDF: length = 2
        case 0xE0: (length, second) = (3, 0xA0...0xBF)
        case 0xE1...0xEC, 0xEE...0xEF: length = 3
        case 0xED: (length, second) = (3, 0x80...0x9F)
        case 0xF0: (length, second) = (4, 0x90...0xBF)
        case 0xF1...0xF3: length = 4
        case 0xF4: (length, second) = (4, 0x80...0x8F)
        default: return 0
        }
        guard index + length <= bytes.count, second.contains(bytes[index + 1]) else { return 0 }
        for offset in 2..<max(length, 2) where bytes[index + offset] & 0xC0 != 0x80 { return 0 }
        return length
    }

    /// The text of a checked string without its escapes, in UTF-8. Halves of surrogate pairs that stand alone are written as UTF-8 would have
    /// them, so that no two texts become one.
    static func unescaped(_ written: some Collection<UInt8>) -> [UInt8] {
        var result: [UInt8] = []
        var rest = written.makeIterator()
        while let byte = rest.next() {
            guard byte == UInt8(ascii: "\\"), let escape = rest.next() else {
                result.append(byte)
                continue
            }
            switch escape {
            case UInt8(ascii: "b"): result.append(0x08)
            case UInt8(ascii: "f"): result.append(0x0C)
            case UInt8(ascii: "n"): result.append(0x0A)
            case UInt8(ascii: "r"): result.append(0x0D)
            case UInt8(ascii: "t"): result.append(0x09)
            case UInt8(ascii: "u"): result.append(contentsOf: encoded(scalar(&rest)))
            default: result.append(escape)
            }
        }
        return result
    }

    /// What the digits behind `\u` stand for, with those of a second half if it follows.
    private static func scalar(_ rest: inout some IteratorProtocol<UInt8>) -> UInt32 {
        let first = unit(&rest)
        var ahead = rest
        guard 0xD800..<0xDC00 ~= first, ahead.next() == UInt8(ascii: "\\"), ahead.next() == UInt8(ascii: "u") else {
            return first
        }
        let second = unit(&ahead)
        guard 0xDC00..<0xE000 ~= second else { return first }
        rest = ahead
        return 0x10000 + (first - 0xD800) << 10 + (second - 0xDC00)
    }

    private static func unit(_ rest: inout some IteratorProtocol<UInt8>) -> UInt32 {
        var unit: UInt32 = 0
        for _ in 0..<4 { unit = unit << 4 | UInt32(rest.next().flatMap(hexValue) ?? 0) }
        return unit
    }

    /// UTF-8, also of numbers that stand for no character.
    private static func encoded(_ scalar: UInt32) -> [UInt8] {
        if let scalar = Unicode.Scalar(scalar) { return Array(String(Character(scalar)).utf8) }
        return [UInt8(0xE0 | scalar >> 12), UInt8(0x80 | scalar >> 6 & 0x3F), UInt8(0x80 | scalar & 0x3F)]
    }

    static func hexValue(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 0x30...0x39: byte - 0x30
        case 0x41...0x46: byte - 0x41 + 10
        case 0x61...0x66: byte - 0x61 + 10
        default: nil
        }
    }
}
