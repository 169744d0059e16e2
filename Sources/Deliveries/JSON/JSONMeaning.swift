/// What a JSON object says, apart from how it is written: the same bytes for objects that differ in white space, in escapes or in the order of
/// members, and others for any that differ in more. Numbers count as they are written, because what reads them may.
///
/// The bytes are no JSON, and are good for a digest only.
package struct JSONMeaning {
    /// The bytes to be compared.
    package let bytes: [UInt8]

    /// Takes an object that was checked, so that nothing in it has to be checked again.
    package init(of object: JSONObjectBytes) {
        var reader = Reader(bytes: object.bytes)
        bytes = reader.value()
    }

    /// Recursion is bounded by the depth to which objects may be nested.
    private struct Reader {
        let bytes: [UInt8]
        var index = 0

        mutating func value() -> [UInt8] {
            skipSpace()
            switch peek {
            case UInt8(ascii: "{"): return object()
            case UInt8(ascii: "["): return array()
            case UInt8(ascii: "\""): return Self.counted("\"", string())
            default: return word()
            }
        }

        private mutating func object() -> [UInt8] {
            var members: [(name: [UInt8], value: [UInt8])] = []
            index += 1
            while !ends(with: UInt8(ascii: "}")) {
                let name = string()
                skipSpace()
                index += 1  // the colon
                members.append((name, value()))
            }
            // A name that comes twice keeps the order in which it came: which of them counts is for the reader to say.
            let sorted = members.enumerated().sorted { left, right in
                left.element.name == right.element.name
                    ? left.offset < right.offset : left.element.name.lexicographicallyPrecedes(right.element.name)
            }
            return Self.counted("{", sorted.flatMap { Self.counted("\"", $0.element.name) + $0.element.value })
        }

        private mutating func array() -> [UInt8] {
            var elements: [UInt8] = []
            index += 1
            while !ends(with: UInt8(ascii: "]")) { elements += value() }
            return Self.counted("[", elements)
        }

        /// A number, `true`, `false` or `null`, as it is written.
        private mutating func word() -> [UInt8] {
            let start = index
            while let byte = peek, byte > 0x20, ![0x2C, 0x5D, 0x7D].contains(byte) { index += 1 }
            // At least one byte, whatever it is, so that no input keeps the reader where it is.
            if index == start { index += 1 }
            return Self.counted("#", Array(bytes[start..<min(index, bytes.count)]))
        }

        /// The text of a string, in UTF-8.
        private mutating func string() -> [UInt8] {
            index += 1
            let start = index
            while let byte = peek, byte != UInt8(ascii: "\"") { index += byte == UInt8(ascii: "\\") ? 2 : 1 }
            let end = min(index, bytes.count)
            index += 1
            return JSONScanner.unescaped(bytes[start..<end])
        }

        /// Whether the structure ends here; what separates its elements is passed over.
        private mutating func ends(with end: UInt8) -> Bool {
            skipSpace()
            if peek == UInt8(ascii: ",") {
                index += 1
                skipSpace()
            }
            guard let byte = peek, byte != end else {
                index += 1
                return true
            }
            return false
        }

        private mutating func skipSpace() {
            while let byte = peek, byte <= 0x20 { index += 1 }
        }

        private var peek: UInt8? { index < bytes.count ? bytes[index] : nil }

        /// A kind and a length before the bytes keep what follows from being taken for part of it.
        private static func counted(_ kind: Character, _ bytes: [UInt8]) -> [UInt8] {
            Array("\(kind)\(bytes.count):".utf8) + bytes
        }
    }
}
