/// A network in CIDR notation: `10.0.0.0/8`, `fc00::/7`. A single address is a network of full length.
package struct IPNetwork: Hashable, Sendable {
    /// The first address. The bits behind the prefix are zero.
    package let base: IPAddress
    /// How many leading bits are fixed: 0 to 32, or 0 to 128.
    package let prefixLength: Int

    /// Makes a network. `nil` if the length does not suit the family or the address has bits behind the prefix, which
    /// is nearly always a slip of the pen.
    package init?(base: IPAddress, prefixLength: Int) {
        switch base {
        case .v4(let value):
            guard (0...32).contains(prefixLength), value & ~Self.mask(prefixLength) == 0 else { return nil }
        case .v6(let value):
            guard (0...128).contains(prefixLength), value & ~Self.mask(prefixLength) == 0 else { return nil }
        }
        self.base = base
        self.prefixLength = prefixLength
    }

    /// Reads `ADDRESS/LENGTH`, or an address alone.
    package init?(_ text: some StringProtocol) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard let address = IPAddress(parts[0]) else { return nil }
        if parts.count == 1 {
            self.init(base: address, prefixLength: address.isV4 ? 32 : 128)
        } else {
            guard parts.count == 2, parts[1].utf8.allSatisfy({ (0x30...0x39).contains($0) }), let length = Int(parts[1])
            else { return nil }
            self.init(base: address, prefixLength: length)
        }
    }

    /// Whether the address lies in this network. An address of the other family never does.
    package func contains(_ address: IPAddress) -> Bool {
        switch (base, address) {
        case (.v4(let base), .v4(let value)): value & Self.mask(prefixLength) == base
        case (.v6(let base), .v6(let value)): value & Self.mask(prefixLength) == base
        default: false
        }
    }

    /// The fixed bits of a prefix. Shifting by the whole width gives zero, as a prefix of length 0 needs.
    private static func mask<Bits: FixedWidthInteger>(_ prefixLength: Int) -> Bits {
        ~Bits.zero << (Bits.bitWidth - prefixLength)
    }
}

extension IPNetwork: CustomStringConvertible {
    package var description: String { "\(base)/\(prefixLength)" }
}

extension IPAddress {
    /// Whether this is an IPv4 address.
    package var isV4: Bool {
        if case .v4 = self { true } else { false }
    }
}
