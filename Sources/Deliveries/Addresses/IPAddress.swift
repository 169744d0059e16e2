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
        let bytes = text.utf8
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

    private static func parseV6(_ text: some Collection<UInt8>) -> UInt128? {
        let colon = UInt8(ascii: ":")
        var pieces = text.split(separator: colon, omittingEmptySubsequences: false)
        // A leading or trailing "::" yields two empty pieces at that end; one of them is the gap itself.
        if pieces.count > 2, pieces[0].isEmpty, pieces[1].isEmpty { pieces.removeFirst() }
        if pieces.count > 2, pieces[pieces.count - 1].isEmpty, pieces[pieces.count - 2].isEmpty { pieces.removeLast() }

        var groups: [UInt16] = []
        var gap: Int?
        for (index, piece) in pieces.enumerated() {
            if piece.isEmpty {
                guard gap == nil else { return nil }
                gap = groups.count
            } else if index == pieces.count - 1, piece.contains(UInt8(ascii: ".")) {
                guard let tail = parseV4(piece) else { return nil }
                groups += [UInt16(tail >> 16), UInt16(tail & 0xFFFF)]
            } else {
                guard let group = parseGroup(piece) else { return nil }
                groups.append(group)
            }
            guard groups.count <= 8 else { return nil }
        }
        if let gap {
            guard groups.count < 8, pieces.count > 1 else { return nil }
            groups.insert(contentsOf: repeatElement(0, count: 8 - groups.count), at: gap)
        }
        return groups.count == 8 ? groups.reduce(0) { $0 << 16 | UInt128($1) } : nil
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
