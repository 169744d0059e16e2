import Logging
import RedisTestSupport
import Testing

@testable import RedisClient

@Suite("The client", .timeLimit(.minutes(1)))
struct RedisClientTests {
    @Test("calls made before it runs wait for the connection")
    func earlyCall() async throws {
        let server = try await RedisTestServer.start(.unix)
        let client = try Self.client(server)
        let reply = Task { try await client.send(RedisCommand("PING")) }
        try await Self.running(client) {
            let answer = try await reply.value
            #expect(answer.string == "PONG")
            #expect(client.state == .connected)
        }
        #expect(client.state == .stopped)
    }

    @Test("a server that is killed and comes back: what was in flight fails as lost, later calls work")
    func restart() async throws {
        let server = try await RedisTestServer.start()
        let log = LogRecorder()
        let client = try Self.client(server, log: log, connectionWait: .seconds(30))
        try await Self.running(client) {
            try await client.waitFor { $0.isConnected }
            _ = try await client.send(RedisCommand("SET", "kept", "yes"))
            // Held by the server until it is killed.
            let inFlight = Task { try await client.send(RedisCommand("BLPOP", "nothing", "0")) }
            while try await !server.cli("CLIENT", "LIST").contains("cmd=blpop") {}
            await server.kill9()
            let error = await #expect(throws: RedisError.self) { try await inFlight.value }
            #expect(error?.code == .connectionLost && error?.wasSent == true && error?.isRetriable == true)
            try await client.waitFor { !$0.isConnected }

            let waiting = Task { try await client.send(RedisCommand("GET", "kept")) }
            try await server.restart()
            #expect(try await waiting.value.string == "yes")
            #expect(client.state == .connected)
        }
        #expect(log.lines.first == "info Connected to Redis" && log.lines.last == "info Stopped the Redis client")
        #expect(log.lines.filter { $0.contains("Connected") }.count == 2)
        #expect(log.lines.filter { $0.contains("Lost") }.count == 1)
        #expect(log.lines.count <= 5)
    }

    @Test(
        "a connection that is lost again and again, each time after it was of use, is made again without ever longer pauses"
    )
    func shortConnections() async throws {
        let server = try await RedisTestServer.start()
        // Pauses that doubled each time would come to an hour.
        let client = RedisClient(
            endpoint: try RedisEndpoint(url: server.url),
            configuration: RedisClientConfiguration(
                connectionWait: .seconds(3600),
                minimumBackoff: .milliseconds(1),
                maximumBackoff: .seconds(3600)
            ),
            logger: .none
        )
        try await Self.running(client) {
            var last: Int64?
            for _ in 0..<22 {
                // It may be told of the loss only now.
                var number: Int64?
                while number == nil || number == last {
                    try Task.checkCancellation()
                    number = try? await client.send(RedisCommand("CLIENT", "ID")).integer
                }
                last = number
                try await server.cli("CLIENT", "KILL", "ID", String(number ?? 0))
            }
        }
    }

    @Test("without a server a call fails in the time allowed, as not sent, and the log is not flooded")
    func noServer() async throws {
        let server = try await RedisTestServer.start()
        await server.stop()
        let log = LogRecorder()
        let client = try Self.client(server, log: log, connectionWait: .milliseconds(300))
        try await Self.running(client) {
            try await client.waitFor { $0 != .connecting }
            let error = await #expect(throws: RedisError.self) { try await client.send(RedisCommand("PING")) }
            #expect(error?.code == .notConnected && error?.wasSent == false && error?.isRetriable == true)
            #expect(error?.message.contains("refused") == true, "\(String(describing: error))")
        }
        #expect(log.lines == ["warning Cannot connect to Redis, will keep trying", "info Stopped the Redis client"])
    }

    @Test("another reason for not connecting is another line")
    func changeOfReason() async throws {
        let server = try await RedisTestServer.start(configuration: ["requirepass hush"])
        await server.stop()
        let log = LogRecorder()
        let client = try Self.client(server, log: log)
        try await Self.running(client) {
            try await client.waitFor {
                if case .disconnected(let error) = $0 { error.code == .connectionFailed } else { false }
            }
            try await server.restart()
            try await client.waitFor {
                if case .disconnected(let error) = $0 { error.code == .authenticationFailed } else { false }
            }
        }
        #expect(log.lines.filter { $0.hasPrefix("warning") }.count == 2)
    }

    @Test("a frozen server costs a timeout, not a hang, and is found again when it thaws")
    func frozenServer() async throws {
        let server = try await RedisTestServer.start()
        let client = try Self.client(server, timeout: .seconds(1), connectionWait: .milliseconds(500))
        try await Self.running(client) {
            try await client.waitFor { $0.isConnected }
            server.pause()
            let first = await #expect(throws: RedisError.self) { try await client.send(RedisCommand("INCR", "n")) }
            #expect(first?.code == .timedOut && first?.wasSent == true)
            let second = await #expect(throws: RedisError.self) { try await client.send(RedisCommand("INCR", "n")) }
            #expect(second?.code == .notConnected && second?.wasSent == false)
            server.resume()
            try await client.waitFor { $0.isConnected }
            // The first may have run, once the server woke; the second surely did not, and neither ran twice.
            let count = try await client.send(RedisCommand("INCR", "n")).integer
            #expect(count == 1 || count == 2)
        }
    }

    @Test("a blocking read notices a frozen server after its block time and the grace")
    func frozenBlockingRead() async throws {
        let server = try await RedisTestServer.start()
        var configuration = RedisClientConfiguration()
        configuration.connection.blockingGrace = .milliseconds(100)
        let client = RedisClient(
            endpoint: try RedisEndpoint(url: server.url),
            configuration: configuration,
            logger: .none
        )
        let connection = try await client.makeDedicatedConnection()
        try await connection.stream("events").createGroup("relay")
        server.pause()
        let error = await #expect(throws: RedisError.self) {
            try await connection.stream("events")
                .readGroup("relay", consumer: "a", count: 1, block: .milliseconds(200))
        }
        #expect(error?.code == .timedOut)
        #expect(await connection.waitUntilClosed().code == .connectionLost)
    }

    @Test("a blocking read waits for its block time and comes back empty")
    func blockingRead() async throws {
        let server = try await RedisTestServer.start(.unix)
        let client = try Self.client(server)
        try await client.withDedicatedConnection { connection in
            let stream = connection.stream("events")
            try await stream.createGroup("relay")
            let none = try await stream.readGroup("relay", consumer: "a", count: 1, block: .milliseconds(10))
            #expect(none == [])
        }
    }

    @Test("cancelling a call that waits for a connection ends it at once")
    func cancelledWait() async throws {
        let server = try await RedisTestServer.start(.unix)
        let client = try Self.client(server, connectionWait: .seconds(3600))
        let call = Task { try await client.send(RedisCommand("PING")) }
        call.cancel()
        let error = await #expect(throws: RedisError.self) { try await call.value }
        #expect(error?.code == .cancelled && error?.wasSent == false)
    }

    @Test("it runs once, and after that every call fails at once")
    func runsOnce() async throws {
        let server = try await RedisTestServer.start(.unix)
        let client = try Self.client(server, connectionWait: .seconds(3600))
        try await Self.running(client) {
            try await client.waitFor { $0.isConnected }
            await #expect(throws: RedisError.self) { try await client.run() }
        }
        let error = await #expect(throws: RedisError.self) { try await client.send(RedisCommand("PING")) }
        #expect(error?.code == .notConnected)
        var states: [RedisClientState] = []
        for await state in client.states() { states.append(state) }
        #expect(states == [.stopped])
    }

    @Test("its states can be followed from the first to the last")
    func states() async throws {
        let server = try await RedisTestServer.start(.unix)
        let client = try Self.client(server)
        let states = client.states()
        try await Self.running(client) {
            try await client.waitFor { $0.isConnected }
        }
        var seen: [RedisClientState] = []
        for await state in states { seen.append(state) }
        #expect(seen == [.connecting, .connected, .stopped])
    }

    private static func client(
        _ server: RedisTestServer,
        log: LogRecorder = LogRecorder(),
        timeout: Duration = .seconds(5),
        connectionWait: Duration = .seconds(5)
    ) throws -> RedisClient {
        let connection = RedisConnectionConfiguration(connectTimeout: timeout, commandTimeout: timeout)
        return RedisClient(
            endpoint: try RedisEndpoint(url: server.url),
            configuration: RedisClientConfiguration(
                connection: connection,
                connectionWait: connectionWait,
                maximumBackoff: .milliseconds(100)
            ),
            logger: log.logger
        )
    }

    private static func running(_ client: RedisClient, _ body: () async throws -> Void) async throws {
        try await withThrowingTaskGroup { group in
            group.addTask { try await client.run() }
            try await body()
            group.cancelAll()
        }
    }
}

extension RedisClient {
    func waitFor(_ condition: (RedisClientState) -> Bool) async throws {
        for await state in states() where condition(state) { return }
        throw RedisError(.notConnected, "the client stopped before it was in the state that the test waits for")
    }
}
