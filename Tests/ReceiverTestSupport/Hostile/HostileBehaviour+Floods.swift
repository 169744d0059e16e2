import Deliveries
import Foundation

extension HostileBehaviour {
    /// Answers without end, and very large ones: memory has to stay flat.
    static let floods: [HostileBehaviour] = [
        endless("a body", after: ok + "\r\n", "a", .whole(200)),
        endless("a body of one byte in each chunk", after: chunked, "1\r\na\r\n", .whole(200)),
        endless("a body of chunks with extensions", after: chunked, "4;name=value;name=value\r\nabcd\r\n", .whole(200)),
        endless("header fields", after: ok, "X-Some: a\r\n", .garbled(status: 200)),
        endless("header fields of no length", after: ok, "a:\r\n", .garbled(status: 200)),
        endless("cookies", after: ok, "Set-Cookie: a=b; Path=/\r\n", .garbled(status: 200)),
        endless("a header field", after: ok + "X: ", "a", .garbled(status: 200)),
        endless("a folded header field", after: ok + "X: a\r\n", " a\r\n", .garbled(status: 200)),
        endless("a status line", after: "HTTP/1.1 200 ", "a", .garbled()),
        endless("interim answers", after: "", "HTTP/1.1 102 Processing\r\n\r\n", .garbled()),
        endless("interim answers with fields", after: "", "HTTP/1.1 103 X\r\nLink: </a>\r\n\r\n", .garbled()),
        endless("empty lines", after: "", "\r\n", .garbled()),
        endless("zero bytes", after: "", "\0", .garbled()),
        endless("trailers", after: chunked + "1\r\na\r\n0\r\n", "X-Some: a\r\n", .garbled(status: 200)),
        endless("trailers behind an empty body", after: chunked + "0\r\n", "X-Some: a\r\n", .garbled(status: 200)),
        endless("a trailer", after: chunked + "1\r\na\r\n0\r\nX: ", "a", .garbled(status: 200, or: .reset)),
        endless("a chunk's length", after: chunked, "0", .garbled(status: 200, or: .reset)),
        // Bytes of an extension are neither kept nor shown: only the deadline ends it.
        endless("a chunk's extension", after: chunked + "1;", "a", .deadline(status: 200)),
        endless("a body after a switch of protocols", after: "HTTP/1.1 101 X\r\nUpgrade: x\r\n\r\n", "a", .garbled()),
        large("a body of 100 MB", after: ok + "Content-Length: 104857600\r\n\r\n", repeating: "a", count: 1600),
        large("100 MB in chunks", after: chunked, repeating: "10000\r\n" + letters + "\r\n", count: 1600),
        large("15,000 header fields", after: ok, repeating: "a:\r\n", count: 15_000, end: "Content-Length: 0\r\n\r\n"),
        HostileBehaviour(
            "a packed body of 100 MB",
            .flood,
            .answers(
                ScriptedAnswer(
                    .write(Array((ok + "Content-Encoding: gzip\r\nContent-Length: \(bomb.count)\r\n\r\n").utf8) + bomb)
                )
            ),
            .whole(200)
        ),
        HostileBehaviour(
            "a body of 100 MB that is packed for the transfer",
            .flood,
            .answers(
                ScriptedAnswer(.write(Array((ok + "Transfer-Encoding: gzip\r\n\r\n").utf8) + bomb), .close)
            ),
            .whole(200)
        ),
    ]

    private static let letters = String(repeating: "a", count: 65_536)

    private static func endless(
        _ name: String,
        after beginning: String,
        _ text: String,
        _ expectation: HostileExpectation
    ) -> HostileBehaviour {
        let part = String(repeating: text, count: max(1, 16_384 / text.utf8.count))
        return HostileBehaviour(
            "\(name) without end",
            .flood,
            .answers(ScriptedAnswer(.write(Array(beginning.utf8)), .writeForever(Array(part.utf8), pause: .zero))),
            expectation,
            isBusy: true
        )
    }

    private static func large(
        _ name: String,
        after beginning: String,
        repeating text: String,
        count: Int,
        end: String = "0\r\n\r\n"
    ) -> HostileBehaviour {
        let part = text.utf8.count == 1 ? letters : text
        return HostileBehaviour(
            name,
            .flood,
            .answers(
                ScriptedAnswer(
                    .write(Array(beginning.utf8)),
                    .writeRepeatedly(Array(part.utf8), count: count),
                    .write(Array(end.utf8))
                )
            ),
            .whole(200),
            isBusy: true
        )
    }

    /// 100 MB of zeros, packed by `gzip` into 100 KB.
    private static let bomb: [UInt8] = {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = ["-c", "head -c 104857600 /dev/zero | gzip"]
        let pipe = Pipe()
        process.standardOutput = pipe
        guard (try? process.run()) != nil else { return [] }
        let packed = Array(pipe.fileHandleForReading.readDataToEndOfFile())
        process.waitUntilExit()
        return packed
    }()
}
