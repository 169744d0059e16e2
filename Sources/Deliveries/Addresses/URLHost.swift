/// The rules for the host of a URL: plain host names, strict dotted quads, IPv6 addresses.
enum URLHost {
    /// Reads a host name: letters, digits, `-` and `_` between single dots, at most 253 bytes, labels of at most 63. A
    /// trailing dot is dropped.
    ///
    /// - Returns: the name in lower case, or `nil`.
    static func name(_ text: some StringProtocol) -> String? {
        let labels = text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        let withoutRoot = labels.count > 1 && labels.last?.isEmpty == true ? labels.dropLast() : labels[...]
        guard withoutRoot.allSatisfy({ isLabel($0) }) else { return nil }
        var name = text.lowercased()
        if name.hasSuffix(".") { name.removeLast() }
        return name.utf8.count <= 253 ? name : nil
    }

    private static func isLabel(_ label: some Collection<UInt8>) -> Bool {
        (1...63).contains(label.count)
            && label.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
                case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"): true
                default: false
                }
            }
    }

    /// Whether the last label is a number, decimal or `0x…`: then the whole is an IPv4 address or nothing, because
    /// resolvers take `2130706433`, `127.1` and `0x7f.1` for addresses.
    static func endsInNumber(_ text: some StringProtocol) -> Bool {
        var labels = text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        if labels.count > 1, labels.last?.isEmpty == true { labels.removeLast() }
        guard let last = labels.last, let first = last.first else { return false }
        let isDigit = { (byte: UInt8) in (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
        if last.allSatisfy(isDigit) { return true }
        let second = last.dropFirst().first
        return first == UInt8(ascii: "0") && (second == UInt8(ascii: "x") || second == UInt8(ascii: "X"))
    }
}
