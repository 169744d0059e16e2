import Deliveries
import Testing

@Suite("Which addresses may be reached")
struct AddressPolicyTests {
    private let policy = AddressPolicy()

    private func isAllowed(
        _ text: String,
        _ origin: AddressPolicy.Origin,
        policy: AddressPolicy = AddressPolicy(),
        host: String = "hooks.example"
    ) throws -> Bool {
        let address = try #require(IPAddress(text), "\(text) is no address")
        return policy.verdict(for: address, host: host, origin: origin) == .allowed
    }

    @Test(
        "Public unicast addresses are for everybody",
        arguments: [
            "8.8.8.8", "1.1.1.1", "11.0.0.1", "126.255.255.255", "128.0.0.1", "172.15.255.255", "172.32.0.0",
            "192.167.255.255",
            "192.169.0.0", "100.63.255.255", "100.128.0.0", "198.17.255.255", "198.20.0.0", "223.255.255.255",
            "2600::1",
            "2001:4860:4860::8888", "2a00:1450::1", "2001:200::1", "2003::1", "::ffff:8.8.8.8", "64:ff9b::808:808",
        ]
    )
    func global(text: String) throws {
        #expect(try isAllowed(text, .untrusted))
        #expect(try isAllowed(text, .operatorConfigured))
    }

    @Test(
        "Private and loopback addresses are for the operator's URLs, whatever their encoding",
        arguments: [
            "10.0.0.0", "10.255.255.255", "172.16.0.0", "172.31.255.255", "192.168.0.0", "192.168.255.255",
            "100.64.0.0",
            "100.127.255.255", "127.0.0.1", "127.255.255.255", "::1", "fc00::", "fd12:3456::1", "fdff:ffff::1",
            "::ffff:10.0.0.1", "::ffff:127.0.0.1", "::ffff:c0a8:101", "::10.0.0.1", "::7f00:1", "64:ff9b::10.0.0.1",
            "64:ff9b::7f00:1",
            "2002:a00:1::", "2002:7f00:1::1", "2002:c0a8:101:1::1", "2001:0:a00:1::f5ff:fffe",
        ]
    )
    func privateOnly(text: String) throws {
        #expect(try !isAllowed(text, .untrusted))
        #expect(try isAllowed(text, .operatorConfigured))
    }

    @Test(
        "Link-local, metadata and unusable addresses are for nobody, whatever their encoding",
        arguments: [
            "169.254.0.0", "169.254.169.254", "169.254.255.255", "100.100.100.200", "168.63.129.16", "192.0.0.192",
            "fe80::1", "febf::1",
            "fd00:ec2::254", "fd20:ce::254", "fd00:42::42", "0.0.0.0", "0.1.2.3", "192.0.0.1", "192.0.2.1",
            "192.88.99.1",
            "198.18.0.1", "198.19.255.255", "198.51.100.1", "203.0.113.1", "224.0.0.1", "239.255.255.255", "240.0.0.1",
            "255.255.255.254",
            "255.255.255.255", "::", "::2:0:0", "100::1", "1::1", "4000::1", "5f00::1", "fec0::1", "ff02::1",
            "2001:db8::1", "2001:1::1",
            "2001:10::1", "2001:1ff:ffff::1", "3fff::1", "3fff:fff::1", "64:ff9b:1::1", "64:ff9b:1:a00:1::",
            "64:ff9b:2::1",
            "::ffff:169.254.169.254", "::ffff:0.0.0.0", "::ffff:255.255.255.255", "::169.254.169.254",
            "64:ff9b::a9fe:a9fe",
            "2002:a9fe:a9fe::1", "2002:e000:1::1", "2001:0:808:808::5601:5601", "2001:0:a9fe:a9fe::f7f7:f7f7",
            "::fffe:8.8.8.8",
            "::ffff:0:8.8.8.8",
        ]
    )
    func nobody(text: String) throws {
        #expect(try !isAllowed(text, .untrusted))
        #expect(try !isAllowed(text, .operatorConfigured))
    }

    @Test(
        "A public address behind somebody's relay is not for URLs from outside",
        arguments: ["2002:808:808::1", "::8.8.8.8"]
    )
    func relays(text: String) throws {
        #expect(try !isAllowed(text, .untrusted))
        #expect(try isAllowed(text, .operatorConfigured))
    }

    @Test("Teredo leads to two addresses, and both have to pass")
    func teredo() throws {
        #expect(try isAllowed("2001:0:808:808::f7f7:f7f7", .operatorConfigured))
        #expect(try !isAllowed("2001:0:808:808::f7f7:f7f7", .untrusted))
        #expect(try !isAllowed("2001:0:a9fe:a9fe::f7f7:f7f7", .operatorConfigured))
        #expect(try !isAllowed("2001:0:808:808::5601:5601", .operatorConfigured))
    }

    @Test("A network on the list is allowed to everybody, hidden in IPv6 or not, and nothing beside it")
    func networks() throws {
        let policy = AddressPolicy(
            allow: try AllowList(entries: ["10.1.0.0/16", "169.254.169.254", "fe80::/10", "224.0.0.0/4"])
        )
        for origin in [AddressPolicy.Origin.untrusted, .operatorConfigured] {
            for text in [
                "10.1.0.0", "10.1.255.255", "169.254.169.254", "fe80::1", "::ffff:10.1.2.3", "64:ff9b::10.1.2.3",
                "224.1.1.1",
            ] {
                #expect(try isAllowed(text, origin, policy: policy), "\(text)")
            }
            #expect(try !isAllowed("169.254.169.253", origin, policy: policy))
        }
        #expect(try !isAllowed("10.2.0.0", .untrusted, policy: policy))
        #expect(try !isAllowed("2002:a01:1::1", .untrusted, policy: policy))
    }

    @Test("A host on the list may be private, but not link-local, metadata or unusable")
    func hosts() throws {
        let policy = AddressPolicy(allow: try AllowList(entries: ["N8N.example.com."]))
        for text in ["10.0.0.1", "127.0.0.1", "::1", "fd12::1", "::ffff:192.168.0.1"] {
            #expect(try isAllowed(text, .untrusted, policy: policy, host: "n8n.example.com"), "\(text)")
            #expect(try !isAllowed(text, .untrusted, policy: policy, host: "x.n8n.example.com"), "\(text)")
            #expect(try !isAllowed(text, .untrusted, policy: policy, host: "example.com"), "\(text)")
        }
        for text in ["169.254.169.254", "0.0.0.0", "fd00:ec2::254", "::ffff:169.254.169.254", "2002:a00:1::1"] {
            #expect(try !isAllowed(text, .untrusted, policy: policy, host: "n8n.example.com"), "\(text)")
        }
    }

    @Test("A refusal names the address in one line")
    func reason() throws {
        let mapped = try #require(IPAddress("::ffff:169.254.169.254"))
        guard case .refused(let reason) = policy.verdict(for: mapped, host: "h", origin: .operatorConfigured) else {
            Issue.record("allowed")
            return
        }
        #expect(reason.contains("::ffff:a9fe:a9fe leads to another address: 169.254.169.254 is"))
        #expect(!reason.contains("\n"))
    }

    @Test(
        "An entry that is neither host nor network is refused by its position",
        arguments: [
            "", " ", "10.0.0.0/33", "10.0.0.1/8", "10.0.0/8", "fc00::1/7", "*.example.com", "example.com/",
            "http://example.com", "127.1",
            "0x7f.0.0.1", "exa mple", "example..com", "fe80::1%eth0", "::/129", "10.0.0.0/-1", "10.0.0.0/+8",
            "10.0.0.0/8/8", "[::1]",
            "example.com:80", "é.example",
        ]
    )
    func badEntries(entry: String) {
        #expect(throws: AllowListError.self) { try AllowList(entries: ["example.com", entry]) }
        do {
            _ = try AllowList(entries: ["example.com", entry])
        } catch {
            #expect(error.index == 1)
        }
    }
}
