import NIOCore
import NIOEmbedded
import Testing

@testable import RedisClient

/// The connection against a server that the test plays byte by byte.
@Suite("A connection on the wire", .timeLimit(.minutes(1)))
struct RedisConnectionWireTests {
    @Test("one call is one write, and its replies come back in order")
    func oneWrite() async throws {
        let (connection, server) = try await Self.pair()
        let replies = Task { try await connection.send([RedisCommand("GET", "a"), RedisCommand("GET", "b")]) }
        let sent = try await server.waitForOutboundWrite(as: ByteBuffer.self)
        #expect(String(buffer: sent) == "*2\r\n$3\r\nGET\r\n$1\r\na\r\n*2\r\n$3\r\nGET\r\n$1\r\nb\r\n")
        try await server.reply("$1\r\n")
        try await server.reply("1\r\n-ERR x\r\n")
        #expect(try await replies.value == [.bulk(Array("1".utf8)), .error(RedisServerError("ERR x"))])
        await connection.close()
    }

    @Test("a cancelled call returns at once, and its late replies go to nobody else")
    func cancellation() async throws {
        let (connection, server) = try await Self.pair()
        let first = Task { try await connection.send([RedisCommand("ONE"), RedisCommand("TWO")]) }
        _ = try await server.waitForOutboundWrite(as: ByteBuffer.self)
        let second = Task { try await connection.send(RedisCommand("THREE")) }
        _ = try await server.waitForOutboundWrite(as: ByteBuffer.self)
        try await server.reply(":1\r\n")
        first.cancel()
        let error = await #expect(throws: RedisError.self) { try await first.value }
        #expect(error?.code == .cancelled && error?.wasSent == true)
        try await server.reply(":2\r\n:3\r\n")
        #expect(try await second.value == .integer(3))
        await connection.close()
    }

    @Test("a call that was cancelled before it began sends nothing")
    func cancelledBefore() async throws {
        let (connection, server) = try await Self.pair()
        let task = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return try await connection.send([RedisCommand("ONE")])
        }
        let error = await #expect(throws: RedisError.self) { try await task.value }
        #expect(error?.code == .cancelled && error?.wasSent == false)
        #expect(try await server.readOutbound(as: ByteBuffer.self) == nil)
        await connection.close()
    }

    @Test("cancelling a blocking read closes the connection")
    func cancelledBlockingRead() async throws {
        let (connection, server) = try await Self.pair()
        let read = Task { try await connection.send(RedisCommand("BLPOP"), timeout: .blocking(.seconds(60))) }
        _ = try await server.waitForOutboundWrite(as: ByteBuffer.self)
        read.cancel()
        let error = await #expect(throws: RedisError.self) { try await read.value }
        #expect(error?.code == .cancelled)
        #expect(await connection.waitUntilClosed().code == .connectionLost)
    }

    @Test("the end of the connection fails all who wait, and says that their commands may have run")
    func endOfConnection() async throws {
        let (connection, server) = try await Self.pair()
        let first = Task { try await connection.send([RedisCommand("ONE")]) }
        let second = Task { try await connection.send([RedisCommand("TWO")]) }
        for _ in 0..<2 { _ = try await server.waitForOutboundWrite(as: ByteBuffer.self) }
        try await server.close()
        for call in [first, second] {
            let error = await #expect(throws: RedisError.self) { try await call.value }
            #expect(error?.code == .connectionLost && error?.wasSent == true)
        }
        let late = await #expect(throws: RedisError.self) { try await connection.send([RedisCommand("THREE")]) }
        #expect(late?.code == .connectionLost && late?.wasSent == false)
    }

    @Test("a reply that nobody asked for closes the connection, with the server's reason if it gives one")
    func unexpectedReply() async throws {
        let (connection, server) = try await Self.pair()
        try await server.reply("-ERR max number of clients reached\r\n")
        let refusal = await connection.waitUntilClosed()
        #expect(refusal.code == .connectionLost && refusal.message == "ERR max number of clients reached")
        let (other, otherServer) = try await Self.pair()
        try await otherServer.reply("+OK\r\n")
        #expect(await other.waitUntilClosed().code == .protocolViolation)
    }

    @Test(
        "nonsense closes the connection and fails all who wait",
        arguments: ["HTTP/1.1 400 Bad\r\n", "*9\r\n$-7\r\n"]
    )
    func nonsense(text: String) async throws {
        let (connection, server) = try await Self.pair()
        let reply = Task { try await connection.send([RedisCommand("ONE")]) }
        _ = try await server.waitForOutboundWrite(as: ByteBuffer.self)
        try? await server.reply(text)
        let error = await #expect(throws: RedisError.self) { try await reply.value }
        #expect(error?.code == .protocolViolation && error?.wasSent == true)
        #expect(await connection.waitUntilClosed().code == .protocolViolation)
    }

    @Test("a short limit gives up one call, and its late reply goes to nobody else")
    func shortLimit() async throws {
        let (connection, server) = try await Self.pair()
        let short = Task { try await connection.send(RedisCommand("ONE"), timeout: .after(.seconds(1))) }
        _ = try await server.waitForOutboundWrite(as: ByteBuffer.self)
        let next = Task { try await connection.send(RedisCommand("TWO")) }
        _ = try await server.waitForOutboundWrite(as: ByteBuffer.self)
        await server.testingEventLoop.advanceTime(by: .seconds(1))
        let error = await #expect(throws: RedisError.self) { try await short.value }
        #expect(error?.code == .timedOut && error?.wasSent == true)
        try await server.reply(":1\r\n:2\r\n")
        #expect(try await next.value == .integer(2))
        await connection.close()
    }

    @Test("the standard limit gives up the server, and fails all who wait")
    func standardLimit() async throws {
        let (connection, server) = try await Self.pair()
        let patient = Task { try await connection.send(RedisCommand("ONE"), timeout: .unlimited) }
        _ = try await server.waitForOutboundWrite(as: ByteBuffer.self)
        let standard = Task { try await connection.send(RedisCommand("TWO")) }
        _ = try await server.waitForOutboundWrite(as: ByteBuffer.self)
        await server.testingEventLoop.advanceTime(by: .seconds(5))
        let timedOut = await #expect(throws: RedisError.self) { try await standard.value }
        #expect(timedOut?.code == .timedOut && timedOut?.wasSent == true)
        let lost = await #expect(throws: RedisError.self) { try await patient.value }
        #expect(lost?.code == .connectionLost && lost?.wasSent == true)
    }

    @Test("a batch that is answered in time leaves no deadline behind")
    func answeredInTime() async throws {
        let (connection, server) = try await Self.pair()
        for _ in 0..<3 {
            let call = Task { try await connection.send(RedisCommand("ONE")) }
            _ = try await server.waitForOutboundWrite(as: ByteBuffer.self)
            await server.testingEventLoop.advanceTime(by: .seconds(4))
            try await server.reply(":1\r\n")
            #expect(try await call.value == .integer(1))
        }
        await connection.close()
    }

    @Test("no commands are no work")
    func empty() async throws {
        let (connection, server) = try await Self.pair()
        #expect(try await connection.send([]) == [])
        #expect(try await server.readOutbound(as: ByteBuffer.self) == nil)
        await connection.close()
    }

    private static func pair(
        _ configuration: RedisConnectionConfiguration = RedisConnectionConfiguration()
    ) async throws -> (RedisConnection, NIOAsyncTestingChannel) {
        let channel = NIOAsyncTestingChannel()
        let handler = try await channel.eventLoop.submit {
            let decoder = try RedisReplyDecoder(maximumReplyBytes: configuration.maximumReplyBytes)
            let handler = RedisChannelHandler(configuration: configuration)
            try channel.pipeline.syncOperations.addHandler(ByteToMessageHandler(decoder))
            try channel.pipeline.syncOperations.addHandler(handler)
            return NIOLoopBound(handler, eventLoop: channel.eventLoop)
        }.get()
        try await channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 6379)).get()
        let endpoint = RedisEndpoint(address: .tcp(host: "127.0.0.1", port: 6379))
        return (RedisConnection(endpoint: endpoint, channel: channel, handler: handler), channel)
    }
}

extension NIOAsyncTestingChannel {
    fileprivate func reply(_ text: String) async throws {
        try await writeInbound(ByteBuffer(string: text))
    }
}
