import Deliveries

/// The ways to write an IPv4 address: as an IPv6 address, and as the host of a URL.
enum IPv4Encoding {
    /// IPv6 addresses that hide it and that the system or a translator takes for it: the address is judged by what is hidden.
    static func direct(_ value: UInt32) -> [IPAddress] {
        let (high, low) = halves(value)
        return [
            address(0, 0, 0, 0, 0, 0xFFFF, high, low),  // IPv4-mapped
            address(0x64, 0xFF9B, 0, 0, 0, 0, high, low),  // NAT64
        ]
    }

    /// IPv6 addresses that hide it and lead to it through somebody's relay, or used to.
    static func relayed(_ value: UInt32) -> [IPAddress] {
        let (high, low) = halves(value)
        let compatible = value > 1 ? [address(0, 0, 0, 0, 0, 0, high, low)] : []
        return compatible + [
            address(0x2002, high, low, 0, 0, 0, 0, 0),  // 6to4
            address(0x2002, high, low, 0, 0, 0, 0, 1),
            address(0x2002, high, low, 0xFFFF, 0xFFFF, 0xFFFF, 0xFFFF, 0xFFFF),
            address(0x2001, 0, high, low, 0, 0, 0xF7F7, 0xF7F7),  // Teredo, as the server
            address(0x2001, 0, 0x808, 0x808, 0x8000, 0xABCD, ~high, ~low),  // as the client
        ]
    }

    /// IPv6 addresses of which nobody can tell where they lead: local NAT64 with prefixes of every length (RFC 6052 section
    /// 2.2), and IPv4-translated.
    static func unclear(_ value: UInt32) -> [IPAddress] {
        let (high, low) = halves(value)
        return [
            address(0x64, 0xFF9B, 1, high, low >> 8, low << 8, 0, 0),  // a prefix of 48 bits
            address(0x64, 0xFF9B, 1, high >> 8, high & 0xFF, low, 0, 0),  // of 56
            address(0x64, 0xFF9B, 1, 0, high >> 8, high << 8 | low >> 8, low << 8, 0),  // of 64
            address(0x64, 0xFF9B, 1, 0, 0, 0, high, low),  // of 96
            address(0, 0, 0, 0, 0xFFFF, 0, high, low),  // ::ffff:0:0:0/96
        ]
    }

    private static func halves(_ value: UInt32) -> (UInt16, UInt16) {
        (UInt16(value >> 16), UInt16(value & 0xFFFF))
    }

    private static func address(_ groups: UInt16...) -> IPAddress {
        .v6(groups.reduce(0) { $0 << 16 | UInt128($1) })
    }

    /// How the address can stand in a URL without being a dotted quad, between the `//` and the next `/`.
    static func hosts(_ value: UInt32) -> [String] {
        numbers(value) + disguises(value) + otherScripts(value)
    }

    /// The forms that `inet_aton` takes: one to four numbers, each decimal, octal or hexadecimal.
    private static func numbers(_ value: UInt32) -> [String] {
        let octets = Self.octets(value)
        let decimal = octets.map { "\($0)" }
        let hexadecimal = octets.map { "0x" + String($0, radix: 16) }
        let octal = octets.map { "0" + String($0, radix: 8) }
        let whole = String(value, radix: 16)
        let (last3, last2) = (value & 0xFF_FFFF, value & 0xFFFF)
        let one = [
            "\(value)", "0x" + whole, "0X" + whole.uppercased(), "0" + String(value, radix: 8), "000000\(value)",
        ]
        let fewer = [
            "\(decimal[0]).\(last3)", "\(decimal[0]).\(decimal[1]).\(last2)", "\(hexadecimal[0]).\(last3)",
            "\(octal[0]).0x\(String(last3, radix: 16))",
        ]
        let four = [
            hexadecimal, octal, octal.map { "000" + $0 }, decimal.map { "0" + $0 }, decimal.map { "00" + $0 },
            [decimal[0], hexadecimal[1], octal[2], decimal[3]], [decimal[0], decimal[1], octal[2], hexadecimal[3]],
            ["\(octets[0] + 256)", decimal[1], decimal[2], decimal[3]],
        ]
        return one + fewer + four.map { $0.joined(separator: ".") }
    }

    /// Dotted quads with something about them that one reader skips and another does not.
    private static func disguises(_ value: UInt32) -> [String] {
        let octets = Self.octets(value).map { "\($0)" }
        let quad = octets.joined(separator: ".")
        let ends = [".", "..", " ", "%00", "%2f", "\t", "\u{0}", "@"].map { quad + $0 }
        let beginnings = [".", " ", "8.8.8.8@", "8.8.8.8\\@", "8.8.8.8#@", "::ffff:"].map { $0 + quad }
        let brackets = [
            "[\(quad)]", "[v1.\(quad)]", "[::ffff:\(quad)%25eth0]", "[::ffff:\(quad)%eth0]", "[::ffff:\(quad)",
        ]
        let separators = ["..", "%2e", "%E3%80%82"].map { octets.joined(separator: $0) }
        let encoded = [percentEncoded(quad), percentEncoded(String(quad.prefix(1))) + quad.dropFirst()]
        return ends + beginnings + brackets + separators + encoded
    }

    /// Full stops and digits of other scripts, which some readers turn into ASCII.
    private static func otherScripts(_ value: UInt32) -> [String] {
        let octets = Self.octets(value).map { "\($0)" }
        let stops = ["\u{3002}", "\u{FF0E}", "\u{FF61}"].map { octets.joined(separator: $0) }
        let digits = [0xFF10, 0x0660, 0x0966, 0x1D7CE, 0x24EA].map { (zero: UInt32) -> String in
            let scalars = octets.joined(separator: ".").unicodeScalars.map { shifted($0, to: zero) }
            return String(String.UnicodeScalarView(scalars))
        }
        return stops + digits
    }

    private static func octets(_ value: UInt32) -> [UInt32] {
        [value >> 24, value >> 16 & 0xFF, value >> 8 & 0xFF, value & 0xFF]
    }

    /// The IPv6 forms of the address as they can stand in a URL: short, long, with capital letters, with the quad at the end.
    static func bracketed(_ value: UInt32) -> [String] {
        let quad = octets(value).map { "\($0)" }.joined(separator: ".")
        let forms = (direct(value) + relayed(value) + unclear(value)).flatMap { address in
            ["\(address)", "\(address)".uppercased(), long(address)]
        }
        return (forms + ["::ffff:\(quad)", "0:0:0:0:0:FFFF:\(quad)", "64:ff9b::\(quad)", "::\(quad)"]).map { "[\($0)]" }
    }

    /// All eight groups in four digits each.
    private static func long(_ address: IPAddress) -> String {
        guard case .v6(let value) = address else { return "\(address)" }
        return (0..<8).map { group in
            let digits = String(UInt16(truncatingIfNeeded: value >> (112 - 16 * group)), radix: 16)
            return String(repeating: "0", count: 4 - digits.count) + digits
        }.joined(separator: ":")
    }

    private static func percentEncoded(_ text: String) -> String {
        text.utf8.map { "%" + String($0, radix: 16) }.joined()
    }

    /// A digit of another script; circled digits go on with 1 elsewhere.
    private static func shifted(_ scalar: Unicode.Scalar, to zero: UInt32) -> Unicode.Scalar {
        guard ("0"..."9").contains(scalar) else { return scalar }
        let digit = scalar.value - 0x30
        let code = zero == 0x24EA && digit > 0 ? 0x245F + digit : zero + digit
        return Unicode.Scalar(code) ?? scalar
    }
}
