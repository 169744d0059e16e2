import Deliveries
import Testing

@Suite("Addresses and networks as text and bytes")
struct IPAddressTests {
    @Test(
        "Text is read and written canonically",
        arguments: [
            ("0.0.0.0", "0.0.0.0"), ("255.255.255.255", "255.255.255.255"), ("1.2.3.4", "1.2.3.4"), ("::", "::"),
            ("::1", "::1"),
            ("1::", "1::"), ("2001:DB8:0:0:0:0:0:1", "2001:db8::1"), ("2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"),
            ("2001:0:0:1:0:0:0:1", "2001:0:0:1::1"), ("2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"),
            ("1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"),
            ("::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8"), ("::ffff:1.2.3.4", "::ffff:102:304"),
            ("1:2:3:4:5:6:1.2.3.4", "1:2:3:4:5:6:102:304"),
            ("0001:0::000f", "1::f"),
        ]
    )
    func canonical(text: String, expected: String) throws {
        let address = try #require(IPAddress(text))
        #expect(address.description == expected)
        #expect(IPAddress(expected) == address)
    }

    @Test(
        "What is not strict text is no address",
        arguments: [
            "", "1", "1.2.3", "1.2.3.4.5", "1.2.3.4.", ".1.2.3.4", "01.2.3.4", "1.2.3.04", "256.1.1.1",
            "1.2.3.999999999999", "0x7f.0.0.1",
            "2130706433", "127.1", "1.2.3.4 ", "1.2.3.-4", "a.b.c.d", "１.2.3.4", ":", ":::", "1:2:3:4:5:6:7",
            "1:2:3:4:5:6:7:8:9",
            "1::2::3", ":1", "1:", "1:2:3:4:5:6:7:8::", "::1:2:3:4:5:6:7:8", "12345::", "g::", "::1%lo", "[::1]",
            "::1.2.3", "1.2.3.4::", "::1.2.3.4:5",
            "1:2:3:4:5:6:7:1.2.3.4", "fe80::1%1",
        ]
    )
    func refused(text: String) {
        #expect(IPAddress(text) == nil)
    }

    @Test("Bytes in network order make an address")
    func bytes() throws {
        #expect(IPAddress(octets: [127, 0, 0, 1] as [UInt8])?.description == "127.0.0.1")
        #expect(IPAddress(octets: [0xFE, 0x80] + [UInt8](repeating: 0, count: 13) + [1])?.description == "fe80::1")
        #expect(IPAddress(octets: [1, 2, 3] as [UInt8]) == nil)
    }

    @Test("A network contains what shares its prefix")
    func networks() throws {
        let network = try #require(IPNetwork("172.16.0.0/12"))
        #expect(network.contains(try #require(IPAddress("172.31.255.255"))))
        #expect(!network.contains(try #require(IPAddress("172.32.0.0"))))
        #expect(!network.contains(try #require(IPAddress("::ffff:172.16.0.1"))))
        let everything = try #require(IPNetwork("::/0"))
        #expect(everything.contains(try #require(IPAddress("ffff::1"))))
        #expect(!everything.contains(try #require(IPAddress("1.2.3.4"))))
        #expect(IPNetwork("0.0.0.0/0")?.contains(.v4(.max)) == true)
        #expect(IPNetwork("10.0.0.7")?.description == "10.0.0.7/32")
        #expect(IPNetwork("::1")?.prefixLength == 128)
    }
}
