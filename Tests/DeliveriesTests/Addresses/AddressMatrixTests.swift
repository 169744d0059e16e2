import Deliveries
import Glibc
import Testing

/// Every forbidden range times every way to write an address.
@Suite("Forbidden ranges in every encoding")
struct AddressMatrixTests {
    private let policy = AddressPolicy()

    private func isAllowed(
        _ address: IPAddress,
        _ origin: AddressPolicy.Origin = .untrusted,
        policy: AddressPolicy = AddressPolicy(),
        host: String = "hooks.example"
    ) -> Bool {
        policy.verdict(for: address, host: host, origin: origin) == .allowed
    }

    private static func samples(of ranges: [String]) throws -> [UInt32] {
        try ranges.flatMap { range in
            ForbiddenRange.samples(of: try #require(IPNetwork(range))).compactMap { address in
                if case .v4(let value) = address { value } else { nil }
            }
        }
    }

    @Test("No address of a range is dialled for a URL from outside, plain or hidden in IPv6")
    func dialled() throws {
        for value in try Self.samples(of: ForbiddenRange.v4OfOwn + ForbiddenRange.v4ForNobody) {
            let hidden = IPv4Encoding.direct(value) + IPv4Encoding.relayed(value) + IPv4Encoding.unclear(value)
            for address in [.v4(value)] + hidden {
                #expect(!isAllowed(address), "\(address), which is \(IPAddress.v4(value))")
            }
        }
        for range in ForbiddenRange.v6OfOwn + ForbiddenRange.v6ForNobody {
            for address in ForbiddenRange.samples(of: try #require(IPNetwork(range), "\(range)")) {
                #expect(!isAllowed(address), "\(address) of \(range)")
            }
        }
    }

    @Test("What is for nobody is not dialled for the operator's URLs either, plain or hidden in IPv6")
    func dialledForOperator() throws {
        for value in try Self.samples(of: ForbiddenRange.v4ForNobody) {
            let hidden = IPv4Encoding.direct(value) + IPv4Encoding.relayed(value) + IPv4Encoding.unclear(value)
            for address in [.v4(value)] + hidden {
                #expect(!isAllowed(address, .operatorConfigured), "\(address), which is \(IPAddress.v4(value))")
            }
        }
        for range in ForbiddenRange.v6ForNobody {
            for address in ForbiddenRange.samples(of: try #require(IPNetwork(range))) {
                #expect(!isAllowed(address, .operatorConfigured), "\(address) of \(range)")
            }
        }
        for value in try Self.samples(of: ForbiddenRange.v4OfOwn)
        where !ForbiddenRange.contains(.v4(value), ForbiddenRange.v4ForNobody) {
            for address in [.v4(value)] + IPv4Encoding.direct(value) {
                #expect(isAllowed(address, .operatorConfigured), "\(address)")
            }
        }
    }

    @Test("The neighbours of a range are judged as what they are")
    func neighbours() throws {
        let v4 = ForbiddenRange.v4OfOwn + ForbiddenRange.v4ForNobody
        for address in try v4.flatMap({ ForbiddenRange.neighbours(of: try #require(IPNetwork($0))) }) {
            guard case .v4(let value) = address else { continue }
            let isPublic = !ForbiddenRange.contains(address, v4)
            for form in [address] + IPv4Encoding.direct(value) {
                #expect(isAllowed(form) == isPublic, "\(form), which is \(address)")
            }
            for form in IPv4Encoding.relayed(value) + IPv4Encoding.unclear(value) {
                #expect(!isAllowed(form), "\(form), which is \(address)")
            }
        }
        let v6 = ForbiddenRange.v6OfOwn + ForbiddenRange.v6ForNobody + ["2001::/32", "2002::/16"]
        let global = try #require(IPNetwork("2000::/3"))
        for address in try v6.flatMap({ ForbiddenRange.neighbours(of: try #require(IPNetwork($0))) })
        where EmbeddedAddresses(address) == nil {
            let isPublic = global.contains(address) && !ForbiddenRange.contains(address, v6 + ["2001::/23"])
            #expect(isAllowed(address) == isPublic, "\(address)")
        }
    }

    @Test("No text of a URL leads there: it is refused as a URL, or read as an address that is refused")
    func texts() throws {
        for value in try Self.samples(of: ForbiddenRange.v4OfOwn + ForbiddenRange.v4ForNobody) {
            let quad = "\(IPAddress.v4(value))"
            for host in [quad] + IPv4Encoding.hosts(value) + IPv4Encoding.bracketed(value) {
                for text in ["http://\(host)/", "https://\(host):8443/a?b", "HTTP://\(host)"] {
                    guard let url = try? DestinationURL(text) else { continue }
                    // A name would be left to the resolver, which takes more forms for addresses than we do.
                    let address = try #require(IPAddress(url.host), "\(text) was read as the name \(url.host)")
                    #expect(!isAllowed(address, host: url.host), "\(text) was read as \(address)")
                }
            }
            #expect(try DestinationURL("http://\(quad)/").host == quad)
        }
    }

    @Test("Public addresses can be written in one way only as well")
    func publicTexts() throws {
        let value: UInt32 = 0x0808_0404
        for host in IPv4Encoding.hosts(value) {
            #expect(throws: DestinationURLError.self, "\(host)") { try DestinationURL("http://\(host)/") }
        }
        #expect(isAllowed(.v4(value)))
    }

    @Test("What the system's resolver takes for a number is not taken for a name")
    func numbersOfTheSystem() throws {
        let labels = [
            "0", "1", "00", "08", "010", "127", "0127", "256", "65536", "4294967295", "4294967296", "0x", "0x7f",
            "0X7F",
            "0xffffffff", "x7f", "7f", "a", "-1", "_1", "1e1", "1-",
        ]
        var hosts = labels
        for _ in 0..<3 { hosts += hosts.suffix(4000).flatMap { host in labels.map { "\(host).\($0)" } } }
        var count = 0
        for host in Set(hosts).flatMap({ [$0, $0 + "."] }) {
            var address = in_addr()
            guard inet_aton(host, &address) != 0 else { continue }
            count += 1
            guard let url = try? DestinationURL("http://\(host)/") else { continue }
            #expect(IPAddress(url.host) == .v4(UInt32(bigEndian: address.s_addr)), "\(host)")
        }
        #expect(count > 500)
    }

    @Test("A network on the list opens itself and nothing beside it, whatever the encoding")
    func allowedNetworks() throws {
        for range in ForbiddenRange.v4OfOwn + ForbiddenRange.v4ForNobody {
            let network = try #require(IPNetwork(range))
            guard case .v4(let base) = network.base, network.prefixLength < 32 else { continue }
            let half = try #require(IPNetwork(base: network.base, prefixLength: network.prefixLength + 1))
            let policy = AddressPolicy(allow: try AllowList(entries: [half.description]))
            for case .v4(let value) in ForbiddenRange.samples(of: half) {
                for address in [.v4(value)] + IPv4Encoding.direct(value) {
                    #expect(isAllowed(address, policy: policy), "\(address) with \(half)")
                }
                for address in IPv4Encoding.relayed(value) + IPv4Encoding.unclear(value) {
                    #expect(!isAllowed(address, policy: policy), "\(address) with \(half)")
                }
            }
            let upper = IPNetwork(
                base: .v4(base | 1 << UInt32(31 - network.prefixLength)),
                prefixLength: half.prefixLength
            )
            for address in ForbiddenRange.samples(of: try #require(upper)) {
                #expect(!isAllowed(address, policy: policy), "\(address) with \(half)")
            }
        }
        for range in ForbiddenRange.v6OfOwn + ForbiddenRange.v6ForNobody {
            let network = try #require(IPNetwork(range))
            let policy = AddressPolicy(allow: try AllowList(entries: [range]))
            for address in ForbiddenRange.samples(of: network) {
                #expect(isAllowed(address, policy: policy), "\(address) with \(range)")
            }
            for address in ForbiddenRange.neighbours(of: network) {
                #expect(isAllowed(address, policy: policy) == isAllowed(address), "\(address) with \(range)")
            }
        }
    }

    @Test("A name on the list opens addresses of one's own for this name, and never what is for nobody")
    func allowedNames() throws {
        let policy = AddressPolicy(allow: try AllowList(entries: ["n8n.internal"]))
        for value in try Self.samples(of: ForbiddenRange.v4OfOwn + ForbiddenRange.v4ForNobody) {
            let isOwn = !ForbiddenRange.contains(.v4(value), ForbiddenRange.v4ForNobody)
            for address in [.v4(value)] + IPv4Encoding.direct(value) {
                #expect(isAllowed(address, policy: policy, host: "n8n.internal") == isOwn, "\(address)")
                for other in ["internal", "a.n8n.internal", "n8n.internal.example", "n8n-internal", "\(address)"] {
                    #expect(!isAllowed(address, policy: policy, host: other), "\(address) for \(other)")
                }
            }
            for address in IPv4Encoding.relayed(value) + IPv4Encoding.unclear(value) {
                #expect(!isAllowed(address, policy: policy, host: "n8n.internal"), "\(address)")
            }
        }
    }
}
