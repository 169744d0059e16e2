import RedisTestSupport
import Testing

@testable import RedisClient

@Suite("TLS", .timeLimit(.minutes(1)))
struct RedisTLSTests {
    @Test("a client with a certificate is let in, by the server's address and by its name")
    func mutual() async throws {
        let server = try await RedisTestServer.start(.tls)
        let certificates = try #require(server.certificates)
        for host in ["127.0.0.1", "localhost"] {
            var endpoint = try RedisEndpoint(url: "rediss://\(host):\(server.port)")
            endpoint.tls = certificates.options
            let connection = try await RedisConnection.connect(to: endpoint)
            let bytes = [UInt8](repeating: 0x0D, count: 300_000)
            var echo = RedisCommand("ECHO")
            echo.append(bytes)
            #expect(try await connection.send(echo) == .bulk(bytes))
            await connection.close()
            #expect(await connection.waitUntilClosed().message == "closed by this side")
        }
    }

    @Test("a server whose certificate nobody vouches for is refused")
    func unknownAuthority() async throws {
        let server = try await RedisTestServer.start(.tls)
        var endpoint = try RedisEndpoint(url: server.url)
        endpoint.tls = server.certificates?.options
        endpoint.tls?.caFile = nil
        let error = await #expect(throws: RedisError.self) { try await RedisConnection.connect(to: endpoint) }
        #expect(error?.code == .connectionFailed)
        #expect(
            error?.message.hasSuffix(": tls handshake failed: CERTIFICATE_VERIFY_FAILED") == true,
            "\(String(describing: error))"
        )
    }

    @Test("a server with another's name or address is refused, unless that name is expected")
    func wrongName() async throws {
        let server = try await RedisTestServer.start(.tls, serverNames: "DNS:redis.example")
        for host in ["127.0.0.1", "localhost"] {
            var endpoint = try RedisEndpoint(url: "rediss://\(host):\(server.port)")
            endpoint.tls = server.certificates?.options
            let error = await #expect(throws: RedisError.self) { try await RedisConnection.connect(to: endpoint) }
            #expect(error?.code == .connectionFailed)
            endpoint.tls?.serverName = "redis.example"
            let connection = try await RedisConnection.connect(to: endpoint)
            await connection.close()
        }
    }

    @Test("a host name is looked for among the certificate's names, not its address among its addresses")
    func nameOnly() async throws {
        let server = try await RedisTestServer.start(.tls, serverNames: "DNS:localhost")
        var endpoint = try RedisEndpoint(url: "rediss://localhost:\(server.port)")
        endpoint.tls = server.certificates?.options
        let connection = try await RedisConnection.connect(to: endpoint)
        await connection.close()
        endpoint.address = .tcp(host: "127.0.0.1", port: server.port)
        let error = await #expect(throws: RedisError.self) { try await RedisConnection.connect(to: endpoint) }
        #expect(error?.code == .connectionFailed)
    }

    @Test("a client without a certificate is refused by the server")
    func noClientCertificate() async throws {
        let server = try await RedisTestServer.start(.tls)
        var endpoint = try RedisEndpoint(url: server.url)
        endpoint.tls = RedisTLSOptions(caFile: server.certificates?.caFile)
        let error = await #expect(throws: RedisError.self) { try await RedisConnection.connect(to: endpoint) }
        #expect(error?.code == .connectionFailed)
    }

    @Test("plain text to a TLS port, and TLS to a plain port, fail within the timeout")
    func mixedUp() async throws {
        let configuration = RedisConnectionConfiguration(connectTimeout: .seconds(2))
        let secure = try await RedisTestServer.start(.tls)
        let plain = try await RedisTestServer.start(.tcp)
        for url in ["redis://127.0.0.1:\(secure.port)", "rediss://127.0.0.1:\(plain.port)"] {
            let error = await #expect(throws: RedisError.self) {
                try await RedisConnection.connect(to: RedisEndpoint(url: url), configuration: configuration)
            }
            #expect(error?.code == .connectionFailed)
        }
    }

    @Test("a file that cannot be used is named")
    func files() async throws {
        let server = try await RedisTestServer.start(.tls)
        let good = try #require(server.certificates?.options)
        var options = [good, good, good, good]
        options[0].caFile = "/nowhere/ca.crt"
        options[1].certificateFile = "/nowhere/client.crt"
        options[2].privateKeyFile = "/nowhere/client.key"
        options[3].privateKeyFile = nil
        for (option, what) in zip(options, ["ca.crt", "client.crt", "client.key", "both"]) {
            var endpoint = try RedisEndpoint(url: server.url)
            endpoint.tls = option
            let error = await #expect(throws: RedisError.self) { try await RedisConnection.connect(to: endpoint) }
            #expect(error?.code == .invalidConfiguration && error?.message.contains(what) == true)
        }
    }
}

extension RedisTestCertificates {
    fileprivate var options: RedisTLSOptions {
        RedisTLSOptions(
            caFile: caFile,
            certificateFile: clientCertificateFile,
            privateKeyFile: clientKeyFile
        )
    }
}
