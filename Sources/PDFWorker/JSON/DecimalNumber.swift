/// A number as JSON writes it, compared by its exact value: no digit is lost, however many there are.
struct DecimalNumber: Hashable, Sendable {
    private let isNegative: Bool
    /// From the highest to the lowest, without zeros at either end; none for zero.
    private let digits: [UInt8]
    /// The power of ten of the place before the first digit: 0.5 has 0, 5 has 1.
    private let magnitude: Int

    /// Reads a number in JSON's grammar; `nil` for anything else.
    init?(_ text: String) {
        let parts = text.split(maxSplits: 1, omittingEmptySubsequences: false) { $0 == "e" || $0 == "E" }
        var mantissa = parts[0].utf8[...]
        let sign = mantissa.first == UInt8(ascii: "-")
        if sign { mantissa = mantissa.dropFirst() }
        let places = mantissa.split(separator: UInt8(ascii: "."), maxSplits: 1, omittingEmptySubsequences: false)
        let fraction = places.count > 1 ? Array(places[1]) : []
        let written = Array(places[0]) + fraction
        guard !places[0].isEmpty, places.count == 1 || !fraction.isEmpty,
            written.allSatisfy({ (0x30...0x39).contains($0) }),
            let exponent = parts.count > 1 ? Self.exponent(parts[1]) : 0
        else { return nil }
        let zeros = written.prefix { $0 == 0x30 }.count
        var digits = Array(written.dropFirst(zeros))
        while digits.last == 0x30 { digits.removeLast() }
        self.digits = digits
        isNegative = sign && !digits.isEmpty
        magnitude = digits.isEmpty ? 0 : places[0].count - zeros + exponent
    }

    /// Whether it has no fraction: `1.0` and `10e-1` have none.
    var isWhole: Bool { magnitude >= digits.count }

    /// An exponent beyond a million million says no more than that: texts are not that long.
    private static func exponent(_ text: Substring) -> Int? {
        let number = text.first == "+" ? text.dropFirst() : text
        let digits = number.first == "-" ? number.dropFirst() : number
        guard !digits.isEmpty, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        let limit = 1_000_000_000_000
        return min(max(Int(number) ?? (number.first == "-" ? -limit : limit), -limit), limit)
    }
}

extension DecimalNumber: Comparable {
    static func < (left: DecimalNumber, right: DecimalNumber) -> Bool {
        guard left.isNegative == right.isNegative else { return left.isNegative }
        return left.isNegative ? right.isNearerToZero(than: left) : left.isNearerToZero(than: right)
    }

    private func isNearerToZero(than other: DecimalNumber) -> Bool {
        guard !digits.isEmpty, !other.digits.isEmpty else { return digits.isEmpty && !other.digits.isEmpty }
        return magnitude == other.magnitude
            ? digits.lexicographicallyPrecedes(other.digits) : magnitude < other.magnitude
    }
}
