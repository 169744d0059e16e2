/// The IPv4 addresses inside an IPv6 address of a transition mechanism: where such an address really leads.
///
/// Local-use NAT64 (64:ff9b:1::/48, RFC 8215) is missing on purpose: where its IPv4 address sits depends on a prefix length
/// that the address does not tell, so it counts as reserved.
package struct EmbeddedAddresses: Hashable, Sendable {
    /// The IPv4 addresses a packet may end up at. All of them have to be permitted.
    package let addresses: [IPAddress]
    /// Whether the form leads to its IPv4 address directly: IPv4-mapped (the system dials IPv4) and the well-known NAT64
    /// prefix (globally reachable, RFC 6052). The others go through somebody's relay, or have been given up.
    package let isDirect: Bool

    /// Takes the IPv4 addresses out of an IPv6 address; `nil` if it is an ordinary one, or IPv4 to begin with.
    package init?(_ address: IPAddress) {
        guard case .v6(let value) = address else { return nil }
        let last = UInt32(truncatingIfNeeded: value)
        let second = UInt32(truncatingIfNeeded: value >> 64)
        switch (value >> 96, value >> 32 & 0xFFFF_FFFF_FFFF_FFFF) {
        case (0, 0xFFFF):  // ::ffff:0:0/96, IPv4-mapped (RFC 4291 section 2.5.5.2)
            self.init([last], isDirect: true)
        case (0, 0) where value > 1:  // ::/96, IPv4-compatible (2.5.5.1); :: and ::1 are addresses of their own
            self.init([last], isDirect: false)
        case (0x64_FF9B, 0):  // 64:ff9b::/96, NAT64 (RFC 6052)
            self.init([last], isDirect: true)
        case (let head, _) where head >> 16 == 0x2002:  // 2002::/16, 6to4 (RFC 3056)
            self.init([UInt32(truncatingIfNeeded: value >> 80)], isDirect: false)
        case (0x2001_0000, _):  // 2001::/32, Teredo: the server, and the client with its bits inverted (RFC 4380)
            self.init([second, ~last], isDirect: false)
        default:
            return nil
        }
    }

    private init(_ addresses: [UInt32], isDirect: Bool) {
        self.addresses = addresses.map(IPAddress.v4)
        self.isDirect = isDirect
    }
}
