import Deliveries
import HTTPSender
import ReceiverTestSupport
import Testing

@Suite("Addresses are judged when they are dialled")
struct AddressPolicyTests {
    @Test(
        "A URL from outside does not reach this host, however it is written",
        arguments: [
            "127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[64:ff9b::7f00:1]",
            "[::127.0.0.1]",
        ]
    )
    func loopback(host: String) async throws {
        let receiver = try ScriptedReceiver()
        let answer = try await TestSender().send("http://\(host):\(receiver.port)/", origin: .untrusted)
        #expect(answer.failure == .blocked)
        #expect(!answer.requestWasSent)
        #expect(answer.statusCode == nil)
        #expect(answer.errorText?.contains("\n") == false)
        #expect(receiver.connectionCount == 0)
    }

    @Test("The reason names the address")
    func reason() async throws {
        let answer = try await TestSender().send("http://169.254.169.254/latest/meta-data")
        #expect(answer.failure == .blocked)
        #expect(answer.errorText?.hasPrefix("169.254.169.254 is a link-local or cloud metadata address") == true)
    }

    @Test("What the allow list names is reached", arguments: ["127.0.0.0/8", "127.0.0.1", "localhost"])
    func allowed(entry: String) async throws {
        let receiver = try ScriptedReceiver()
        let sender = try TestSender()
        let host = entry == "localhost" ? "LOCALHOST" : "127.0.0.1"
        let answer = try await sender.send("http://\(host):\(receiver.port)/", origin: .untrusted, allow: [entry])
        #expect(answer.statusCode == 204)
    }

    @Test("A connection that was opened for the operator's URL does not serve one from outside")
    func keptAlive() async throws {
        let receiver = try ScriptedReceiver()
        let sender = try TestSender()
        #expect(try await sender.send(receiver.url("/operator")).statusCode == 204)
        let answer = try await sender.send(receiver.url("/outside"), origin: .untrusted)
        #expect(answer.failure == .blocked)
        #expect(!answer.requestWasSent)
        #expect(try await sender.send(receiver.url("/operator")).statusCode == 204)
        #expect(receiver.requests.map(\.target) == ["/operator", "/operator"])
    }

    @Test("Of several addresses only those that pass are dialled")
    func mixedAddresses() async throws {
        let receiver = try ScriptedReceiver()
        let forbidden = try #require(IPAddress("169.254.169.254"))
        let local = try #require(IPAddress("127.0.0.1"))
        let sender = try TestSender(
            HTTPSenderConfiguration(pinnedHosts: [
                .init(host: "mixed.example", port: receiver.port, addresses: [forbidden, local]),
                .init(host: "bad.example", port: receiver.port, addresses: [forbidden, forbidden]),
            ])
        )
        let mixed = try await sender.send("http://mixed.example:\(receiver.port)/")
        #expect(mixed.statusCode == 204)
        #expect(mixed.remoteAddress == "127.0.0.1:\(receiver.port)")
        let bad = try await sender.send("http://bad.example:\(receiver.port)/")
        #expect(bad.failure == .blocked)
        #expect(receiver.requests.count == 1)
    }
}
