import NIOCore
import NIOEmbedded
import Testing

@testable import RedisClient

@Suite("The reply decoder")
struct ReplyDecoderTests {
    /// Every kind of reply, binary bytes and line breaks inside bulk strings included.
    static let wire =
        "+OK\r\n:-42\r\n$-1\r\n*-1\r\n$0\r\n\r\n*0\r\n$7\r\na\r\n\u{0}b\n\u{7F}\r\n"
        + "-NOGROUP No such key\r\n*2\r\n*2\r\n$1\r\na\r\n*1\r\n:1\r\n*3\r\n-ERR x\r\n$-1\r\n+\r\n"
    static let replies: [RedisValue] = [
        .simpleString("OK"), .integer(-42), .null, .null, .bulk([]), .array([]),
        .bulk(Array("a\r\n\u{0}b\n\u{7F}".utf8)), .error(RedisServerError("NOGROUP No such key")),
        .array([
            .array([.bulk([0x61]), .array([.integer(1)])]),
            .array([.error(RedisServerError("ERR x")), .null, .simpleString("")]),
        ]),
    ]

    @Test("reads every kind of reply, however the bytes are cut", arguments: [1, 2, 3, 7, 1000])
    func cuts(size: Int) throws {
        let channel = try Self.channel()
        var rest = ByteBuffer(string: Self.wire)
        while rest.readableBytes > 0 {
            try channel.writeInbound(rest.readSlice(length: min(size, rest.readableBytes)))
        }
        #expect(try Self.read(from: channel) == Self.replies)
        #expect(try channel.finish().isClean)
    }

    @Test("reads the replies that come before a fault, then fails for good")
    func fault() throws {
        let channel = try Self.channel()
        #expect(throws: RedisError.self) { try channel.writeInbound(ByteBuffer(string: "+OK\r\n!wrong\r\n")) }
        #expect(try Self.read(from: channel) == [.simpleString("OK")])
        #expect(throws: (any Error).self) { try channel.writeInbound(ByteBuffer(string: "+OK\r\n")) }
        #expect(try Self.read(from: channel) == [])
        _ = try? channel.finish()
    }

    @Test(
        "refuses what is not RESP2",
        arguments: [
            "HTTP/1.1 400\r\n", "%1\r\n+a\r\n+b\r\n", ":12x\r\n", "*99999999999999999999\r\n", "$-2\r\n", "_\r\n",
        ]
    )
    func hostile(text: String) throws {
        let channel = try Self.channel()
        let error = #expect(throws: RedisError.self) { try channel.writeInbound(ByteBuffer(string: text)) }
        #expect(error?.code == .protocolViolation)
        _ = try? channel.finish()
    }

    @Test("reads arrays eight deep and refuses the ninth level")
    func nesting() throws {
        let channel = try Self.channel()
        let opening = { (depth: Int) in String(repeating: "*1\r\n", count: depth) + ":1\r\n" }
        try channel.writeInbound(ByteBuffer(string: opening(8)))
        var value = try #require(try Self.read(from: channel).first)
        for _ in 0..<8 { value = try #require(value.array?.first) }
        #expect(value == .integer(1))
        #expect(throws: RedisError.self) { try channel.writeInbound(ByteBuffer(string: opening(9))) }
        _ = try? channel.finish()
    }

    @Test("an announced size takes no memory before its bytes arrive")
    func announcements() throws {
        let channel = try Self.channel()
        try channel.writeInbound(ByteBuffer(string: "*2147483647\r\n*2147483647\r\n$536870912\r\n"))
        #expect(try Self.read(from: channel) == [])
        _ = try? channel.finish()
    }

    @Test("bounds one reply in bytes, in one string or in many parts, and counts afresh for the next")
    func limit() throws {
        let bulk = "$80\r\n" + String(repeating: "x", count: 80) + "\r\n"
        let channel = try Self.channel(limit: 100)
        for _ in 0..<20 { try channel.writeInbound(ByteBuffer(string: bulk)) }
        try channel.writeInbound(ByteBuffer(string: String(repeating: bulk, count: 20)))
        #expect(try Self.read(from: channel).count == 40)
        #expect(throws: RedisError.self) {
            try channel.writeInbound(ByteBuffer(string: "$200\r\n" + String(repeating: "x", count: 150)))
        }
        _ = try? channel.finish()

        let parts = try Self.channel(limit: 100)
        #expect(throws: RedisError.self) {
            try parts.writeInbound(ByteBuffer(string: "*50\r\n"))
            for _ in 0..<49 { try parts.writeInbound(ByteBuffer(string: ":1\r\n")) }
        }
        _ = try? parts.finish()
    }

    @Test("reads a large reply whole")
    func large() throws {
        let channel = try Self.channel()
        let bytes = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        var wire = ByteBuffer(string: "*2\r\n$\(bytes.count)\r\n")
        wire.writeBytes(bytes)
        wire.writeString("\r\n:7\r\n")
        while wire.readableBytes > 0 {
            try channel.writeInbound(wire.readSlice(length: min(65_536, wire.readableBytes)))
        }
        #expect(try Self.read(from: channel) == [.array([.bulk(bytes), .integer(7)])])
        _ = try? channel.finish()
    }

    @Test("frees an unfinished reply with the connection")
    func unfinished() throws {
        let channel = try Self.channel()
        try channel.writeInbound(ByteBuffer(string: "*3\r\n$3\r\nabc\r\n*2\r\n:1\r\n$5\r\nab"))
        #expect(try Self.read(from: channel) == [])
        _ = try? channel.finish()
    }

    private static func channel(limit: Int = 64 * 1024 * 1024) throws -> EmbeddedChannel {
        let decoder = try RedisReplyDecoder(maximumReplyBytes: limit)
        return EmbeddedChannel(handler: ByteToMessageHandler(decoder))
    }

    private static func read(from channel: EmbeddedChannel) throws -> [RedisValue] {
        var replies: [RedisValue] = []
        while let some = try channel.readInbound(as: [RedisValue].self) { replies += some }
        return replies
    }
}
