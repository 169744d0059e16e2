import Deliveries
import HTTPSender
import ReceiverTestSupport
import Testing

@Suite("TLS and HTTP/2, against nginx", .enabled(if: NginxTestServer.isInstalled))
struct TLSTests {
    private let certificates: TestCertificates
    private let trusting: TransportOptions

    init() throws {
        certificates = try TestCertificates.shared()
        trusting = TransportOptions(authoritiesFile: certificates.authority)
    }

    @Test("A certificate of a trusted authority is taken, and the handshake is timed", arguments: [false, true])
    func trusted(http2: Bool) async throws {
        let server = try NginxTestServer.tls(certificates.server, http2: http2)
        let sender = try TestSender()
        let answer = try await sender.send("https://localhost:\(server.port)/a", options: trusting)
        #expect(answer.failure == nil, "\(answer)")
        #expect(answer.statusCode == 204)
        #expect(answer.requestWasSent)
        let tls = try #require(answer.times.tls)
        #expect(try #require(answer.times.connect) <= tls && tls <= answer.times.total)
        let second = try await sender.send("https://localhost:\(server.port)/b", options: trusting)
        #expect(second.statusCode == 204)
        #expect(second.times.tls == nil)
    }

    @Test("An authority that is not trusted, another host, an expired or self-signed certificate are failures of TLS")
    func notTrusted() async throws {
        let sender = try TestSender()
        let cases = [
            (certificates.server, TransportOptions.standard), (try certificates.pair(.otherHost), trusting),
            (try certificates.pair(.expired), trusting),
            (try certificates.pair(.selfSigned), trusting),
        ]
        for (certificate, options) in cases {
            let server = try NginxTestServer.tls(certificate)
            let answer = try await sender.send("https://localhost:\(server.port)/", options: options)
            #expect(answer.failure == .tls, "\(answer)")
            #expect(!answer.requestWasSent)
            #expect(answer.statusCode == nil)
        }
    }

    @Test("A connection made with other authorities is not shared")
    func optionsSeparateConnections() async throws {
        let server = try NginxTestServer.tls(certificates.server)
        let sender = try TestSender()
        #expect(try await sender.send("https://localhost:\(server.port)/", options: trusting).statusCode == 204)
        #expect(try await sender.send("https://localhost:\(server.port)/").failure == .tls)
        #expect(try await sender.send("https://localhost:\(server.port)/", options: trusting).statusCode == 204)
    }

    @Test("A new connection takes up the TLS session of an earlier one", arguments: ["TLSv1.2", "TLSv1.3"])
    func resumesSessions(version: String) async throws {
        let server = try NginxTestServer(
            listen: "ssl",
            server: """
                ssl_certificate \(certificates.server.certificate);
                ssl_certificate_key \(certificates.server.key);
                ssl_protocols \(version);
                ssl_session_cache shared:sessions:1m;
                keepalive_timeout 0;
                location / {
                    add_header X-Reused $ssl_session_reused;
                    return 200;
                }
                """
        )
        let sender = try TestSender()
        var reused: [String?] = []
        for _ in 0..<3 {
            let answer = try await sender.send("https://localhost:\(server.port)/", options: trusting)
            reused.append(answer.headers.first(named: "x-reused"))
        }
        #expect(reused == [".", "r", "r"])
    }

    @Test("A TLS session is not taken up where the certificate would not be trusted")
    func resumesNoOtherSessions() async throws {
        let more = "ssl_session_cache shared:sessions:1m; keepalive_timeout 0;"
        let server = try NginxTestServer.tls(certificates.server, more: more)
        let sender = try TestSender()
        #expect(try await sender.send("https://localhost:\(server.port)/", options: trusting).statusCode == 204)
        #expect(try await sender.send("https://localhost:\(server.port)/").failure == .tls)
    }

    @Test("An authorities file that does not exist is a failure of TLS")
    func noAuthorities() async throws {
        let server = try NginxTestServer.tls(certificates.server)
        let answer = try await TestSender().send(
            "https://localhost:\(server.port)/",
            options: TransportOptions(authoritiesFile: "/nonexistent.pem")
        )
        #expect(answer.failure == .tls)
        #expect(!answer.requestWasSent)
    }

    @Test("TLS 1.1 is refused")
    func oldProtocol() async throws {
        let more = "ssl_protocols TLSv1.1; ssl_ciphers ALL:@SECLEVEL=0;"
        let server = try NginxTestServer.tls(certificates.server, more: more)
        let answer = try await TestSender().send("https://localhost:\(server.port)/", options: trusting)
        #expect(answer.failure == .tls)
        #expect(!answer.requestWasSent)
    }

    @Test("A client certificate is shown where one is asked for")
    func clientCertificate() async throws {
        let more = "ssl_client_certificate \(certificates.authority); ssl_verify_client on;"
        let server = try NginxTestServer.tls(certificates.server, more: more)
        let sender = try TestSender()
        #expect(try await sender.send("https://localhost:\(server.port)/", options: trusting).statusCode == 400)
        var options = trusting
        options.clientCertificateFile = certificates.client.certificate
        options.clientKeyFile = certificates.client.key
        #expect(try await sender.send("https://localhost:\(server.port)/", options: options).statusCode == 204)
    }

    @Test("HTTP/2 carries the target and large bodies as they are")
    func http2() async throws {
        let server = try NginxTestServer(
            listen: "ssl http2",
            server: """
                ssl_certificate \(certificates.server.certificate);
                ssl_certificate_key \(certificates.server.key);
                location / {
                    add_header X-Protocol $server_protocol;
                    add_header X-Target $request_uri;
                    add_header X-Length $content_length;
                    add_header X-Method $request_method;
                    return 200 "taken";
                }
                """
        )
        let sender = try TestSender()
        for (target, length) in [("/a/./b//c?signature=T/x%2f", 7), ("/none", 0)] {
            let answer = try await sender.send(
                "https://localhost:\(server.port)\(target)",
                headers: [HeaderField("X-Upper", "1")],
                body: [UInt8](repeating: 1, count: length),
                options: trusting
            )
            #expect(answer.failure == nil, "\(answer)")
            #expect(answer.headers.first(named: "x-protocol") == "HTTP/2.0")
            #expect(answer.headers.first(named: "x-target") == target)
            #expect(answer.headers.first(named: "x-length") == "\(length)")
            #expect(answer.headers.first(named: "x-method") == "POST")
            #expect(answer.body == Array("taken".utf8))
        }
    }

    @Test("No request is lost when the receiver retires its HTTP/2 connections")
    func retiredConnections() async throws {
        let receiver = try ScriptedReceiver()
        let server = try NginxTestServer(
            listen: "ssl http2",
            server: """
                ssl_certificate \(certificates.server.certificate);
                ssl_certificate_key \(certificates.server.key);
                keepalive_requests 50;
                location / { proxy_pass \(receiver.url()); }
                """
        )
        let sender = try TestSender()
        try await withThrowingTaskGroup(of: Void.self) { [trusting] group in
            for _ in 0..<16 {
                group.addTask {
                    for _ in 0..<60 {
                        let answer = try await sender.send("https://localhost:\(server.port)/", options: trusting)
                        #expect(answer.statusCode == 204)
                        #expect(answer.failure == nil, "\(answer)")
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(receiver.requests.count == 960)
    }

    @Test("An answer over HTTP/2 that comes before the body was taken is whole", arguments: [204, 413])
    func earlyAnswer(status: Int) async throws {
        let more = status == 413 ? "client_max_body_size 1k;" : ""
        let server = try NginxTestServer.tls(certificates.server, http2: true, more: more)
        let sender = try TestSender()
        for _ in 0..<100 {
            let answer = try await sender.send(
                "https://localhost:\(server.port)/",
                body: [UInt8](repeating: 1, count: 50_000),
                options: trusting
            )
            #expect(answer.statusCode == status)
            #expect(answer.failure == nil, "\(answer)")
        }
    }
}
