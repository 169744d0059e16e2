import Deliveries
import HTTPSender
import ReceiverTestSupport
import Testing

@Suite("Requests through a proxy")
struct ProxyTests {
    @Test("A proxy gets the whole URL of a plain request, byte for byte")
    func forwarded() async throws {
        let proxy = try ScriptedReceiver()
        let options = TransportOptions(proxy: proxy.url(""))
        let answer = try await TestSender().send(
            "http://Hooks.Example/a/../b?c=%2f",
            origin: .untrusted,
            options: options
        )
        #expect(answer.statusCode == 204)
        #expect(answer.remoteAddress == "127.0.0.1:\(proxy.port)")
        let request = try #require(proxy.requests.first)
        #expect(request.target == "http://hooks.example/a/../b?c=%2f")
        #expect(request.header("host") == "hooks.example")
    }

    @Test("A proxy that does not answer is told from a receiver that does not")
    func deadProxy() async throws {
        let nobody = try ClosedPort()
        let answer = try await TestSender().send(
            "http://hooks.example/",
            origin: .untrusted,
            options: TransportOptions(proxy: "http://127.0.0.1:\(nobody.port)")
        )
        #expect(answer.failure == .connect)
        #expect(answer.errorText?.hasPrefix("through the proxy: ") == true)
    }

    @Test(
        "What needs no look-up and the policy refuses is not asked of the proxy",
        arguments: ["10.0.0.1", "localhost", "a.localhost", "[::1]"]
    )
    func literal(host: String) async throws {
        let proxy = try ScriptedReceiver()
        let options = TransportOptions(proxy: proxy.url(""))
        let answer = try await TestSender().send("http://\(host)/", origin: .untrusted, options: options)
        #expect(answer.failure == .blocked)
        #expect(!answer.requestWasSent)
        #expect(proxy.connectionCount == 0)
    }

    @Test(
        "Hosts that are to be called without the proxy are, and are judged then",
        arguments: ["localhost", "*", "127.0.0.0/8"]
    )
    func without(entry: String) async throws {
        let proxy = try ScriptedReceiver()
        let receiver = try ScriptedReceiver()
        let sender = try TestSender()
        let host = entry.hasPrefix("127") ? "127.0.0.1" : "localhost"
        let options = TransportOptions(proxy: proxy.url(""), withoutProxy: [entry])
        let answer = try await sender.send("http://\(host):\(receiver.port)/", options: options)
        #expect(answer.statusCode == 204)
        let refused = try await sender.send("http://\(host):\(receiver.port)/", origin: .untrusted, options: options)
        #expect(refused.failure == .blocked)
        #expect(proxy.connectionCount == 0)
        #expect(receiver.requests.count == 1)
    }

    @Test(
        "HTTPS goes through a tunnel, whose own answer is not taken for the receiver's",
        .enabled(if: NginxTestServer.isInstalled)
    )
    func tunnel() async throws {
        let certificates = try TestCertificates.shared()
        let server = try NginxTestServer.tls(certificates.server, http2: true)
        let proxy = try TestProxy()
        let options = TransportOptions(proxy: proxy.url, authoritiesFile: certificates.authority)
        let answer = try await TestSender().send("https://localhost:\(server.port)/", options: options)
        #expect(answer.statusCode == 204, "\(answer)")
        #expect(answer.headers.first(named: "x-proxy") == nil)
        #expect(proxy.tunnels == ["localhost:\(server.port)"])
    }

    @Test("A proxy that refuses the tunnel is a failure to connect and nothing was sent", arguments: [403, 407, 502])
    func refusedTunnel(status: Int) async throws {
        let proxy = try TestProxy(status: status)
        let answer = try await TestSender().send("https://hooks.example/", options: TransportOptions(proxy: proxy.url))
        #expect(answer.failure == .connect, "\(answer)")
        #expect(!answer.requestWasSent)
        #expect(answer.statusCode == nil)
        #expect(proxy.tunnels == ["hooks.example:443"])
    }

    @Test("A proxy that wants credentials for a plain request has not passed it on: it is to be tried again")
    func wantsCredentials() async throws {
        let proxy = try ScriptedReceiver { _ in .status(407) }
        let options = TransportOptions(proxy: proxy.url(""))
        let answer = try await TestSender().send("http://hooks.example/", origin: .untrusted, options: options)
        #expect(answer.failure == .connect && !answer.requestWasSent)
        #expect(answer.errorText == "through the proxy: it asks for credentials (407)")
        #expect(Judgement(answer, profile: .n8n, now: Timestamp(milliseconds: 0)).outcome == .retry)
        // A receiver that is called without a proxy speaks for itself.
        let direct = try await TestSender().send(proxy.url(""), origin: .operatorConfigured)
        #expect(direct.failure == nil && direct.statusCode == 407)
    }

    @Test("A proxy that is not there is a failure to connect")
    func noProxy() async throws {
        let proxy = try ClosedPort()
        let options = TransportOptions(proxy: "http://127.0.0.1:\(proxy.port)")
        let answer = try await TestSender().send("http://hooks.example/", options: options)
        #expect(answer.failure == .connect)
        #expect(!answer.requestWasSent)
    }
}
