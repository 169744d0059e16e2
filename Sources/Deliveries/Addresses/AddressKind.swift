/// What an address is good for, as far as a relay is concerned: the IANA special-purpose address registries of IPv4 and
/// IPv6, and the addresses at which clouds serve metadata and credentials.
package enum AddressKind: Hashable, Sendable {
    /// Global unicast: a host on the Internet.
    case global
    /// A network of one's own: RFC 1918, RFC 6598 (carrier-grade NAT, also used by overlay networks), RFC 4193.
    case `private`
    /// This host.
    case loopback
    /// One link only, or an address that clouds reserve for metadata: never reached by accident.
    case linkLocal
    /// Nothing that can be called: multicast, unspecified, documentation, reserved, or not understood.
    case unusable(String)

    /// The kind of an address, an IPv6 address being taken at face value.
    package init(of address: IPAddress) {
        switch address {
        case .v4: self = Self.v4.first { $0.network.contains(address) }?.kind ?? .global
        case .v6: self = Self.v6.first { $0.network.contains(address) }?.kind ?? .unusable("a reserved address")
        }
    }

    /// What the address is, for a message.
    package var description: String {
        switch self {
        case .global: "a public address"
        case .private: "a private address"
        case .loopback: "a loopback address"
        case .linkLocal: "a link-local or cloud metadata address"
        case .unusable(let what): what
        }
    }

    private typealias Entry = (network: IPNetwork, kind: AddressKind)

    /// The special networks of IPv4; what is not listed is global. The first that contains an address counts.
    private static let v4 = table([
        ("100.100.100.200", .linkLocal),  // Alibaba Cloud metadata
        ("168.63.129.16", .linkLocal),  // Azure wire server
        ("192.0.0.192", .linkLocal),  // Oracle Cloud metadata
        ("169.254.0.0/16", .linkLocal),
        ("127.0.0.0/8", .loopback),
        ("10.0.0.0/8", .private),
        ("172.16.0.0/12", .private),
        ("192.168.0.0/16", .private),
        ("100.64.0.0/10", .private),
        ("0.0.0.0/8", .unusable("an address of \"this network\"")),
        ("192.0.0.0/24", .unusable("a protocol assignment address")),
        ("192.0.2.0/24", .unusable("a documentation address")),
        ("192.88.99.0/24", .unusable("a 6to4 relay address")),
        ("198.18.0.0/15", .unusable("a benchmarking address")),
        ("198.51.100.0/24", .unusable("a documentation address")),
        ("203.0.113.0/24", .unusable("a documentation address")),
        ("224.0.0.0/4", .unusable("a multicast address")),
        ("255.255.255.255", .unusable("the broadcast address")),
        ("240.0.0.0/4", .unusable("a reserved address")),
    ])

    /// The networks of IPv6 that are understood; what is not listed is reserved. The first that contains an address
    /// counts, so that the specials inside 2000::/3 stand before it.
    private static let v6 = table([
        ("fd00:ec2::/32", .linkLocal),  // AWS metadata, time and DNS
        ("fd20:ce::254", .linkLocal),  // Google Cloud metadata
        ("fd00:42::42", .linkLocal),  // Scaleway metadata
        ("fe80::/10", .linkLocal),
        ("::1", .loopback),
        ("fc00::/7", .private),
        ("::", .unusable("the unspecified address")),
        ("ff00::/8", .unusable("a multicast address")),
        ("100::/64", .unusable("a discard-only address")),
        ("fec0::/10", .unusable("a site-local address")),
        ("2001::/23", .unusable("a protocol assignment address")),
        ("2001:db8::/32", .unusable("a documentation address")),
        ("2002::/16", .unusable("a 6to4 address")),
        ("3fff::/20", .unusable("a documentation address")),
        ("2000::/3", .global),
    ])

    private static func table(_ rows: [(String, AddressKind)]) -> [Entry] {
        rows.compactMap { text, kind in IPNetwork(text).map { ($0, kind) } }
    }
}
