/// Crockford's base 32 of a non-negative 64-bit number in thirteen lower-case characters, which sort as the numbers do.
enum Base32 {
    private static let alphabet = Array("0123456789abcdefghjkmnpqrstvwxyz".utf8)
    private static let length = 13

    /// The text of a number, with something before it.
    static func encode(_ value: Int64, after prefix: String = "") -> String {
        let count = prefix.utf8.count + length
        return String(unsafeUninitializedCapacity: count) { text in
            _ = text.initialize(from: prefix.utf8)
            var rest = UInt64(bitPattern: value)
            for index in (prefix.utf8.count..<count).reversed() {
                text[index] = alphabet[Int(rest & 31)]
                rest >>= 5
            }
            return count
        }
    }

    static func decode(_ text: some StringProtocol) -> Int64? {
        guard text.utf8.count == length else { return nil }
        var value: UInt64 = 0
        for (index, byte) in text.utf8.enumerated() {
            guard let digit = alphabet.firstIndex(of: byte), index > 0 || digit < 8 else { return nil }
            value = value << 5 | UInt64(digit)
        }
        return Int64(bitPattern: value)
    }
}
