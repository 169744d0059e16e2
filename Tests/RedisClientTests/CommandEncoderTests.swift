import NIOCore
import Testing

@testable import RedisClient

@Suite("The command encoder")
struct CommandEncoderTests {
    @Test("writes arrays of bulk strings, one command after another")
    func wire() throws {
        var buffer = ByteBuffer()
        try CommandEncoder.encode(
            [
                RedisCommand("PING"), RedisCommand("SET", "", "ä\r\n"),
                RedisCommand(arguments: [[0x47], [0, 0xFF, 0x0A]]),
            ],
            into: &buffer
        )
        let expected =
            Array("*1\r\n$4\r\nPING\r\n*3\r\n$3\r\nSET\r\n$0\r\n\r\n$4\r\nä\r\n\r\n*2\r\n$1\r\nG\r\n$3\r\n".utf8)
            + [0, 0xFF, 0x0A, 0x0D, 0x0A]
        #expect(Array(buffer.readableBytesView) == expected)
    }

    @Test("is the inverse of the decoder's array of bulk strings")
    func inverse() throws {
        var command = RedisCommand("XACK")
        for number in 0..<1000 { command.append(number * 12_345) }
        command.append((0...255).map { UInt8($0) })
        var buffer = ByteBuffer()
        try CommandEncoder.encode([command], into: &buffer)
        var replies: [RedisValue] = []
        let reader = try ReplyReader(maximumReplyBytes: 1_000_000)
        try buffer.withUnsafeReadableBytes { try reader.read($0, into: &replies) }
        #expect(replies == [.array(command.arguments.map { .bulk($0) })])
        #expect(command.arguments.count == 1002)
    }

    @Test("refuses a command without a name")
    func empty() {
        var buffer = ByteBuffer()
        #expect(throws: RedisError.self) { try CommandEncoder.encode([RedisCommand(arguments: [])], into: &buffer) }
    }

    @Test("a command's description shows its name and no argument")
    func description() {
        let command = RedisCommand("auth", "ann", "s3cret")
        #expect("\(command)" == "AUTH (2 arguments)")
        var dumped = ""
        dump(command, to: &dumped)
        #expect(!dumped.contains("s3cret") && !String(reflecting: command).contains("s3cret"))
    }
}
