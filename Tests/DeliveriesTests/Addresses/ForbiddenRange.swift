import Deliveries

/// The networks that no URL from outside may lead to: the union of what Svix, Hook0, Smokescreen and Convoy refuse, and the
/// addresses at which clouds serve metadata. Written down anew here, so that a slip in the policy's own table shows.
enum ForbiddenRange {
    /// Networks of IPv4 that the operator's own URLs may lead to.
    static let v4OfOwn = ["10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"]

    /// Networks of IPv4 that only the allow list opens.
    static let v4ForNobody = [
        "0.0.0.0/8", "169.254.0.0/16", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "198.18.0.0/15",
        "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4", "255.255.255.255/32",
        "100.100.100.200/32", "168.63.129.16/32", "192.0.0.192/32",
    ]

    /// Networks of IPv6 that the operator's own URLs may lead to.
    static let v6OfOwn = ["::1/128", "fc00::/7"]

    /// Networks of IPv6 that only the allow list opens. What lies in ::/8 and hides an IPv4 address is not looked at here.
    static let v6ForNobody = [
        "::/128", "1::/16", "80::/9", "64:ff9b:1::/48", "100::/64", "100::/8", "200::/7", "400::/6", "800::/5",
        "1000::/4",
        "2001:1::/32", "2001:2::/48", "2001:10::/28", "2001:20::/28", "2001:100::/24", "2001:db8::/32", "3fff::/20",
        "4000::/3", "5f00::/16", "6000::/3", "8000::/3", "a000::/3", "c000::/3", "e000::/4", "f000::/5", "f800::/6",
        "fe00::/9", "fe80::/10", "fec0::/10", "ff00::/8", "fd00:ec2::/32", "fd20:ce::254/128", "fd00:42::42/128",
    ]

    /// The first address of a network, the last, and one in the middle.
    static func samples(of network: IPNetwork) -> [IPAddress] {
        switch network.base {
        case .v4(let first):
            let last = first | (network.prefixLength == 0 ? .max : (1 << UInt32(32 - network.prefixLength)) &- 1)
            return [.v4(first), .v4(first + (last - first) / 2), .v4(last)]
        case .v6(let first):
            let last = first | (network.prefixLength == 0 ? .max : (1 << UInt128(128 - network.prefixLength)) &- 1)
            return [.v6(first), .v6(first + (last - first) / 2), .v6(last)]
        }
    }

    /// The addresses just outside a network, where there are any.
    static func neighbours(of network: IPNetwork) -> [IPAddress] {
        let ends = [samples(of: network)[0], samples(of: network)[2]]
        return zip(ends, [-1, 1]).compactMap { end, step in
            switch end {
            case .v4(let value):
                let (next, overflows) =
                    step < 0 ? value.subtractingReportingOverflow(1) : value.addingReportingOverflow(1)
                return overflows ? nil : .v4(next)
            case .v6(let value):
                let (next, overflows) =
                    step < 0 ? value.subtractingReportingOverflow(1) : value.addingReportingOverflow(1)
                return overflows ? nil : .v6(next)
            }
        }
    }

    /// Whether an address lies in one of these networks.
    static func contains(_ address: IPAddress, _ networks: [String]) -> Bool {
        networks.contains { IPNetwork($0)?.contains(address) == true }
    }
}
