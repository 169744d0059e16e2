import NIOCore
import RedisTestSupport
import Testing

@testable import RedisClient

@Suite("A connection to a real server", .timeLimit(.minutes(1)))
struct RedisConnectionTests {
    @Test("works over TCP and over a unix socket", arguments: [RedisTestServer.Transport.tcp, .unix])
    func transports(transport: RedisTestServer.Transport) async throws {
        let server = try await RedisTestServer.start(transport)
        let connection = try await RedisConnection.connect(to: RedisEndpoint(url: server.url))
        let bytes = (0..<200_000).map { UInt8(truncatingIfNeeded: $0 &* 7) }
        var set = RedisCommand("SET", "binary")
        set.append(bytes)
        #expect(try await connection.send(set) == .simpleString("OK"))
        #expect(try await connection.send(RedisCommand("GET", "binary")) == .bulk(bytes))
        await connection.close()
        #expect(try await server.cli("STRLEN", "binary") == "200000")
    }

    @Test("carries values of tens of megabytes, and closes at the reply limit")
    func largeValues() async throws {
        let server = try await RedisTestServer.start(.unix)
        let endpoint = try RedisEndpoint(url: server.url)
        let patient = RedisConnectionConfiguration(commandTimeout: .seconds(30))
        let connection = try await RedisConnection.connect(to: endpoint, configuration: patient)
        var set = RedisCommand("SET", "large")
        set.append([UInt8](repeating: 0xA5, count: 20_000_000))
        #expect(try await connection.send(set) == .simpleString("OK"))
        #expect(try await connection.send(RedisCommand("GET", "large")).bytes?.count == 20_000_000)
        await connection.close()

        let configuration = RedisConnectionConfiguration(maximumReplyBytes: 1_000_000)
        let limited = try await RedisConnection.connect(to: endpoint, configuration: configuration)
        let error = await #expect(throws: RedisError.self) { try await limited.send(RedisCommand("GET", "large")) }
        #expect(error?.code == .replyTooLarge)
        #expect(await limited.waitUntilClosed().code == .replyTooLarge)
    }

    @Test("answers 10,000 commands in one call, and 10,000 calls at once")
    func pipelining() async throws {
        let server = try await RedisTestServer.start(.unix)
        let connection = try await RedisConnection.connect(
            to: RedisEndpoint(url: server.url),
            configuration: RedisConnectionConfiguration(commandTimeout: .seconds(30))
        )
        let replies = try await connection.send((1...10_000).map { _ in RedisCommand("INCR", "n") })
        #expect(replies == (1...10_000).map { .integer($0) })

        try await withThrowingTaskGroup { group in
            for number in 0..<10_000 {
                group.addTask {
                    let reply = try await connection.send(RedisCommand("ECHO", "\(number)"))
                    return reply.string == "\(number)"
                }
            }
            for try await isOwnReply in group { #expect(isOwnReply) }
        }
        await connection.close()
    }

    @Test("cancelling some of many calls leaves the others with their own replies")
    func cancelSome() async throws {
        let server = try await RedisTestServer.start(.unix)
        let connection = try await RedisConnection.connect(to: RedisEndpoint(url: server.url))
        await withTaskGroup { group in
            for number in 0..<1_000 {
                group.addTask {
                    let call = Task { try await connection.send(RedisCommand("ECHO", "\(number)")).string }
                    if number.isMultiple(of: 3) { call.cancel() }
                    let reply = try? await call.value
                    return reply == "\(number)" || (reply == nil && number.isMultiple(of: 3))
                }
            }
            for await isRight in group { #expect(isRight) }
        }
        #expect(try await connection.send(RedisCommand("ECHO", "last")).string == "last")
        await connection.close()
    }

    @Test("signs in as an ACL user, selects its database and sets its name")
    func signingIn() async throws {
        let server = try await RedisTestServer.start(
            configuration: ["user ann on >p%40ss/word ~* +@all", "requirepass hush"]
        )
        var endpoint = try RedisEndpoint(url: "redis://ann:p%2540ss%2Fword@127.0.0.1:\(server.port)/7")
        let configuration = RedisConnectionConfiguration(clientName: "test one")
        let connection = try await RedisConnection.connect(to: endpoint, configuration: configuration)
        let information = try await connection.send(RedisCommand("CLIENT", "INFO")).string ?? ""
        #expect(information.contains(" user=ann ") && information.contains(" db=7 "))
        #expect(information.contains(" name=test-one "))
        await connection.close()

        endpoint.credentials = RedisCredentials(password: "hush")
        let byPassword = try await RedisConnection.connect(to: endpoint)
        #expect(try await byPassword.send(RedisCommand("ACL", "WHOAMI")).string == "default")
        await byPassword.close()
    }

    @Test("a wrong or missing password is told apart from other failures, and never shown")
    func wrongPassword() async throws {
        let server = try await RedisTestServer.start(configuration: ["requirepass hush"])
        for credentials in [
            RedisCredentials(password: "s3cret"), RedisCredentials(username: "bob", password: "s3cret"),
        ] {
            var endpoint = try RedisEndpoint(url: server.url)
            endpoint.credentials = credentials
            let error = await #expect(throws: RedisError.self) { try await RedisConnection.connect(to: endpoint) }
            #expect(error?.code == .authenticationFailed && error?.isRetriable == false)
            #expect(error?.serverError?.code == "WRONGPASS" && error?.message.contains("s3cret") == false)
        }
        let error = await #expect(throws: RedisError.self) {
            try await RedisConnection.connect(to: RedisEndpoint(url: server.url))
        }
        #expect(error?.code == .authenticationFailed && error?.serverError?.code == "NOAUTH")
    }

    @Test("a database that is not there fails the connection")
    func wrongDatabase() async throws {
        let server = try await RedisTestServer.start(.unix)
        let error = await #expect(throws: RedisError.self) {
            try await RedisConnection.connect(to: RedisEndpoint(url: server.url + "?db=99"))
        }
        #expect(error?.code == .connectionFailed && error?.message.contains("database 99") == true)
    }

    @Test("nobody listening and no such host are one-line failures")
    func nobodyThere() async throws {
        let server = try await RedisTestServer.start()
        await server.stop()
        for url in [server.url, "unix://\(server.directory)/none.sock", "redis://no-such-host.invalid"] {
            let error = await #expect(throws: RedisError.self) {
                try await RedisConnection.connect(to: RedisEndpoint(url: url))
            }
            #expect(
                error?.code == .connectionFailed && error?.isRetriable == true,
                "\(url): \(String(describing: error))"
            )
            #expect(error?.message.contains { $0.isNewline } == false)
        }
    }

    @Test("a server that takes the connection and says nothing is given up after the connect timeout")
    func silentServer() async throws {
        let server = try await RedisTestServer.start()
        server.pause()
        let configuration = RedisConnectionConfiguration(connectTimeout: .milliseconds(200))
        let error = await #expect(throws: RedisError.self) {
            try await RedisConnection.connect(to: RedisEndpoint(url: server.url), configuration: configuration)
        }
        #expect(error?.code == .connectionFailed)
    }

    @Test("cancellation ends an attempt to connect at once")
    func cancelledConnect() async throws {
        let server = try await RedisTestServer.start()
        server.pause()
        let endpoint = try RedisEndpoint(url: server.url)
        let attempt = Task {
            try await RedisConnection.connect(
                to: endpoint,
                configuration: RedisConnectionConfiguration(connectTimeout: .seconds(3600))
            )
        }
        attempt.cancel()
        let error = await #expect(throws: RedisError.self) { try await attempt.value }
        #expect(error?.code == .cancelled)
    }

    @Test("a connection closes when the last reference goes")
    func releasing() async throws {
        let server = try await RedisTestServer.start(.unix)
        let channel: any Channel
        do {
            let connection = try await RedisConnection.connect(to: RedisEndpoint(url: server.url))
            channel = connection.channel
        }
        try await channel.closeFuture.get()
    }
}
