/// An IPv4 or IPv6 address, without port or zone.
package enum IPAddress: Hashable, Sendable {
    /// An IPv4 address, the first octet in the highest bits.
    case v4(UInt32)
    /// An IPv6 address, the first octet in the highest bits.
    case v6(UInt128)

    /// Makes an address from the octets of a socket address, in network order: four of them or sixteen.
    package init?(octets: some Collection<UInt8>) {
        switch octets.count {
        case 4: self = .v4(octets.reduce(0) { $0 << 8 | UInt32($1) })
        case 16: self = .v6(octets.reduce(0) { $0 << 8 | UInt128($1) })
        default: return nil
        }
    }

    /// Reads a strict dotted quad (four decimal octets without leading zeros) or RFC 4291 text, without brackets or
    /// zone. The short, octal and hexadecimal forms that `inet_aton` takes are `nil`.
    package init?(_ text: some StringProtocol) {
        let bytes = Substring(text).utf8
        if bytes.contains(UInt8(ascii: ":")) {
            guard let value = Self.parseV6(bytes) else { return nil }
            self = .v6(value)
        } else {
            guard let value = Self.parseV4(bytes) else { return nil }
            self = .v4(value)
        }
    }

    private static func parseV4(_ text: some Collection<UInt8>) -> UInt32? {
        var address: UInt32 = 0
        var octet: UInt32 = 0
        var digits = 0
        var dots = 0
        for byte in text {
            switch byte {
            case UInt8(ascii: "."):
                guard digits > 0, dots < 3 else { return nil }
                address = address << 8 | octet
                (octet, digits, dots) = (0, 0, dots + 1)
            case UInt8(ascii: "0")...UInt8(ascii: "9"):
                let hasLeadingZero = digits > 0 && octet == 0
                octet = octet * 10 + UInt32(byte - UInt8(ascii: "0"))
                digits += 1
                guard !hasLeadingZero, octet <= 255 else { return nil }
            default:
                return nil
            }
        }
        return dots == 3 && digits > 0 ? address << 8 | octet : nil
    }

    private static func parseV6(_ text: some BidirectionalCollection<UInt8>) -> UInt128? {
        let colon = UInt8(ascii: ":")
        let gap = zip(text.indices, text.indices.dropFirst()).first { text[$0] == colon && text[$1] == colon }
        let groups: [UInt16]
        if let gap {
            // "::" stands for at least one group of zeros, and may stand only once.
            guard let head = parseGroups(text[..<gap.0], mayEndInV4: false),
                let tail = parseGroups(text[text.index(after: gap.1)...], mayEndInV4: true), head.count + tail.count < 8
            else { return nil }
            groups = head + repeatElement(0, count: 8 - head.count - tail.count) + tail
        } else {
            guard let all = parseGroups(text[...], mayEndInV4: true), all.count == 8 else { return nil }
            groups = all
        }
        return groups.reduce(0) { $0 << 16 | UInt128($1) }
    }

    /// Reads groups between single colons; the last one may be a dotted quad, which makes two groups.
    private static func parseGroups(_ text: some BidirectionalCollection<UInt8>, mayEndInV4: Bool) -> [UInt16]? {
        guard !text.isEmpty else { return [] }
        let pieces = text.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
        guard pieces.count <= 8 else { return nil }
        var groups: [UInt16] = []
        for (index, piece) in pieces.enumerated() {
            if let group = parseGroup(piece) {
                groups.append(group)
            } else {
                guard mayEndInV4, index == pieces.count - 1, let address = parseV4(piece) else { return nil }
                groups += [UInt16(address >> 16), UInt16(address & 0xFFFF)]
            }
        }
        return groups
    }

    private static func parseGroup(_ text: some Collection<UInt8>) -> UInt16? {
        guard (1...4).contains(text.count) else { return nil }
        var value: UInt16 = 0
        for byte in text {
            guard let digit = hexadecimalDigit(byte) else { return nil }
            value = value << 4 | digit
        }
        return value
    }

    private static func hexadecimalDigit(_ byte: UInt8) -> UInt16? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt16(byte - UInt8(ascii: "0"))
        case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt16(byte - UInt8(ascii: "a") + 10)
        case UInt8(ascii: "A")...UInt8(ascii: "F"): UInt16(byte - UInt8(ascii: "A") + 10)
        default: nil
        }
    }
}

extension IPAddress: CustomStringConvertible {
    /// The canonical text (RFC 5952 section 4), without brackets.
    package var description: String {
        switch self {
        case .v4(let value):
            "\(value >> 24).\(value >> 16 & 0xFF).\(value >> 8 & 0xFF).\(value & 0xFF)"
        case .v6(let value):
            Self.describe((0..<8).map { UInt16(truncatingIfNeeded: value >> (112 - 16 * $0)) })
        }
    }

    private static func describe(_ groups: [UInt16]) -> String {
        // The longest run of two or more zero groups, the first of equals, becomes "::".
        var best = 0..<0
        var start = 0
        for index in 0...8 where index == 8 || groups[index] != 0 {
            if index - start > max(1, best.count) { best = start..<index }
            start = index + 1
        }
        let text = { (part: ArraySlice<UInt16>) in part.map { String($0, radix: 16) }.joined(separator: ":") }
        guard !best.isEmpty else { return text(groups[...]) }
        return text(groups[..<best.lowerBound]) + "::" + text(groups[best.upperBound...])
    }
}
