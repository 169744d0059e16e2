import Deliveries

/// Builds values from JSON that was checked before: ``JSONObjectBytes`` has bounded its depth and proved its grammar, so
/// this only follows it.
struct JSONReader {
    private let bytes: [UInt8]
    private var index = 0

    /// The value of an object.
    static func value(of object: JSONObjectBytes) -> JSONValue {
        var reader = JSONReader(bytes: object.bytes)
        return reader.readValue()
    }

    private init(bytes: [UInt8]) {
        self.bytes = bytes
    }

    private mutating func readValue() -> JSONValue {
        skipSpace()
        switch peek {
        case UInt8(ascii: "{"): return readObject()
        case UInt8(ascii: "["): return readArray()
        case UInt8(ascii: "\""): return .string(readString())
        case UInt8(ascii: "t"): return word(4, .bool(true))
        case UInt8(ascii: "f"): return word(5, .bool(false))
        case UInt8(ascii: "n"): return word(4, .null)
        default: return readNumber()
        }
    }

    private mutating func readObject() -> JSONValue {
        var members: [JSONValue.Member] = []
        index += 1
        skipSpace()
        while peek == UInt8(ascii: "\"") {
            let name = readString()
            skipSpace()
            index += 1  // The colon.
            members.append(JSONValue.Member(name: name, value: readValue()))
            skipSeparator()
        }
        index += 1
        return .object(members)
    }

    private mutating func readArray() -> JSONValue {
        var elements: [JSONValue] = []
        index += 1
        skipSpace()
        while let byte = peek, byte != UInt8(ascii: "]") {
            elements.append(readValue())
            skipSeparator()
        }
        index += 1
        return .array(elements)
    }

    private mutating func readNumber() -> JSONValue {
        let start = index
        // What is not part of a number is passed over with it: nothing that was checked has such a byte here.
        repeat { index += 1 } while isPartOfNumber
        return .number(String(decoding: bytes[start..<min(index, bytes.count)], as: UTF8.self))
    }

    private var isPartOfNumber: Bool {
        guard let byte = peek else { return false }
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "+"), UInt8(ascii: "."),
            UInt8(ascii: "e"), UInt8(ascii: "E"):
            return true
        default: return false
        }
    }

    private mutating func readString() -> String {
        index += 1
        var text: [UInt8] = []
        while let byte = peek, byte != UInt8(ascii: "\"") {
            index += 1
            guard byte == UInt8(ascii: "\\"), let escape = peek else {
                text.append(byte)
                continue
            }
            index += 1
            switch escape {
            case UInt8(ascii: "b"): text.append(0x08)
            case UInt8(ascii: "f"): text.append(0x0C)
            case UInt8(ascii: "n"): text.append(0x0A)
            case UInt8(ascii: "r"): text.append(0x0D)
            case UInt8(ascii: "t"): text.append(0x09)
            case UInt8(ascii: "u"): text.append(contentsOf: String(Character(readScalar())).utf8)
            default: text.append(escape)
            }
        }
        index += 1
        return String(decoding: text, as: UTF8.self)
    }

    /// The scalar of an escape whose `\u` was read, and of the second half if it is one half of a pair.
    private mutating func readScalar() -> Unicode.Scalar {
        let unit = readUnit()
        guard (0xD800..<0xDC00).contains(unit), peek == UInt8(ascii: "\\"), index + 1 < bytes.count,
            bytes[index + 1] == UInt8(ascii: "u")
        else { return Unicode.Scalar(unit) ?? "\u{FFFD}" }
        let before = index
        index += 2
        let low = readUnit()
        guard (0xDC00..<0xE000).contains(low) else {
            index = before
            return "\u{FFFD}"
        }
        return Unicode.Scalar(0x10000 + (unit - 0xD800) << 10 + (low - 0xDC00)) ?? "\u{FFFD}"
    }

    private mutating func readUnit() -> UInt32 {
        let digits = bytes[index..<min(index + 4, bytes.count)]
        index += 4
        return UInt32(String(decoding: digits, as: UTF8.self), radix: 16) ?? 0xFFFD
    }

    private mutating func word(_ length: Int, _ value: JSONValue) -> JSONValue {
        index += length
        return value
    }

    private mutating func skipSeparator() {
        skipSpace()
        if peek == UInt8(ascii: ",") {
            index += 1
            skipSpace()
        }
    }

    private mutating func skipSpace() {
        while let byte = peek, byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D { index += 1 }
    }

    private var peek: UInt8? {
        index < bytes.count ? bytes[index] : nil
    }
}
