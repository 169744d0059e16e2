import Deliveries
import Foundation
import HTTPSender
import ReceiverTestSupport
import Testing

@Suite("What is kept of an answer")
struct AnswerTests {
    @Test("A small answer is kept whole, its fields in order and in their own case")
    func whole() async throws {
        let receiver = try ScriptedReceiver { _ in
            .status(409, headers: [("X-B", "  two "), ("x-a", "1"), ("X-Empty", "")], body: "is running already")
        }
        let answer = try await TestSender().send(receiver.url())
        #expect(answer.failure == nil)
        #expect(answer.errorText == nil)
        #expect(answer.statusCode == 409)
        #expect(
            answer.headers == [
                HeaderField("X-B", "two"), HeaderField("x-a", "1"), HeaderField("X-Empty", ""),
                HeaderField("Content-Length", "18"),
            ]
        )
        #expect(answer.body == Array("is running already".utf8))
        #expect(!answer.bodyWasTruncated)
    }

    @Test(
        "4 KiB of the body are kept",
        arguments: [(4096, false), (4097, true), (65_536, true), (65_537, true), (10_000_000, true)]
    )
    func bodyCap(length: Int, isTruncated: Bool) async throws {
        let receiver = try ScriptedReceiver { _ in .status(200, bytes: [UInt8](repeating: 65, count: length)) }
        let answer = try await TestSender().send(receiver.url())
        #expect(answer.failure == nil)
        #expect(answer.statusCode == 200)
        #expect(answer.body.count == min(length, 4096))
        #expect(answer.bodyWasTruncated == isTruncated)
    }

    @Test("A body without end is read to the limit, and memory does not grow")
    func endlessBody() async throws {
        let receiver = try ScriptedReceiver { _ in
            ScriptedAnswer(
                .write(Array("HTTP/1.1 200 OK\r\n\r\n".utf8)),
                .writeForever([UInt8](repeating: 65, count: 65_536), pause: .zero)
            )
        }
        let sender = try TestSender()
        _ = try await sender.send(receiver.url())
        let before = try residentKilobytes()
        for _ in 0..<50 {
            let answer = try await sender.send(receiver.url())
            #expect(answer.statusCode == 200)
            #expect(answer.failure == nil)
            #expect(answer.body.count == 4096)
            #expect(answer.bodyWasTruncated)
        }
        // Other tests run in this process too; 50 bodies without a limit would be far above this.
        #expect(try residentKilobytes() - before < 65_536)
        #expect(receiver.connectionCount == 51)
    }

    @Test("16 KiB of fields are kept, and above 64 KiB the answer is given up")
    func headerCaps() async throws {
        let receiver = try ScriptedReceiver { request in
            let count = request.path == "/many" ? 30 : 70
            return .status(200, headers: (0..<count).map { ("x-\($0)", String(repeating: "v", count: 1010)) })
        }
        let sender = try TestSender()
        let kept = try await sender.send(receiver.url("/many"))
        #expect(kept.failure == nil)
        #expect(kept.statusCode == 200)
        #expect((14...16).contains(kept.headers.count { $0.value.count == 1010 }))
        // A small field behind large ones still finds room: it may say when to come back.
        #expect(kept.headers.first(named: "content-length") == "0")
        let refused = try await sender.send(receiver.url("/too-many"))
        #expect(refused.failure == .protocol)
        #expect(refused.requestWasSent)
        #expect(refused.statusCode == 200)
    }

    @Test(
        "Header lines without end are given up",
        arguments: [
            ("HTTP/1.1 200 OK\r\n", "x: 1\r\n"), ("HTTP/1.1 200 OK\r\nx: ", "abcdefgh"),
            ("", "HTTP/1.1 100 Continue\r\n\r\n"),
        ]
    )
    func endlessHeaders(beginning: String, line: String) async throws {
        let receiver = try ScriptedReceiver { _ in
            ScriptedAnswer(
                .write(Array(beginning.utf8)),
                .writeForever(Array(String(repeating: line, count: 1000).utf8), pause: .zero)
            )
        }
        let answer = try await TestSender().send(receiver.url())
        #expect(answer.failure == .protocol)
        #expect(answer.requestWasSent)
    }

    @Test("Interim answers are passed over")
    func interim() async throws {
        let receiver = try ScriptedReceiver { _ in
            .raw("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\nX: 1\r\n\r\nk")
        }
        let answer = try await TestSender().send(receiver.url())
        #expect(answer.statusCode == 200)
        #expect(answer.headers == [HeaderField("Content-Length", "1"), HeaderField("X", "1")])
        #expect(answer.body == [UInt8(ascii: "k")])
    }

    @Test("Chunks are put together, and what stands behind them is no field")
    func chunks() async throws {
        let receiver = try ScriptedReceiver { _ in
            .raw(
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\nX-Trailer: 1\r\n\r\n"
            )
        }
        let answer = try await TestSender().send(receiver.url())
        #expect(answer.body == Array("abcde".utf8))
        #expect(answer.headers == [HeaderField("Transfer-Encoding", "chunked")])
    }

    @Test("Trailers behind an empty body are no fields either, whatever they look like")
    func trailersOfNothing() async throws {
        let receiver = try ScriptedReceiver { _ in
            .raw(
                "HTTP/1.1 503 No\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nRetry-After: 9000\r\nHTTP/1.1 200 X: 1\r\n\r\n"
            )
        }
        let answer = try await TestSender().send(receiver.url())
        #expect(answer.failure == nil)
        #expect(answer.statusCode == 503)
        #expect(answer.headers == [HeaderField("Transfer-Encoding", "chunked")])
    }

    @Test("Bytes that are no UTF-8, folded lines and packed bodies do no harm")
    func oddBytes() async throws {
        let receiver = try ScriptedReceiver { _ in
            ScriptedAnswer(
                .write(Array("HTTP/1.1 200 OK\r\nX-Odd: a".utf8) + [0xFF]),
                .write(
                    Array("\r\nX-Folded: a\r\n  b\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\n".utf8) + [
                        0x1F, 0x8B, 0xFF,
                    ]
                )
            )
        }
        let answer = try await TestSender().send(receiver.url())
        #expect(answer.failure == nil)
        #expect(answer.headers.first(named: "x-odd") == "a\u{FFFD}")
        #expect(answer.headers.first(named: "x-folded") == "a b")
        #expect(answer.body == [0x1F, 0x8B, 0xFF])
    }

    @Test("A header section that begins with a folded line does no harm, whatever the answers before it were")
    func foldBeforeAnyField() async throws {
        let receiver = try ScriptedReceiver { request in
            request.path == "/fold" ? .raw("HTTP/1.1 200 OK\r\n X: a\r\nContent-Length: 0\r\n\r\n") : .status(200)
        }
        // The sender has one handle, which it uses for all of them.
        let sender = try TestSender()
        for _ in 0..<20 {
            #expect(try await sender.send(receiver.url("/good")).statusCode == 200)
            #expect(try await sender.send(receiver.url("/good")).statusCode == 200)
            let answer = try await sender.send(receiver.url("/fold"))
            #expect(answer.requestWasSent)
            #expect(answer.headers.allSatisfy { !$0.name.hasPrefix(" ") })
        }
    }

    @Test("A redirect is an answer and is not followed", arguments: [301, 302, 303, 307, 308])
    func redirect(status: Int) async throws {
        let receiver = try ScriptedReceiver { request in .status(status, headers: [("Location", "/elsewhere")]) }
        let answer = try await TestSender().send(receiver.url("/first"))
        #expect(answer.statusCode == status)
        #expect(answer.headers.first(named: "location") == "/elsewhere")
        #expect(receiver.requests.map(\.target) == ["/first"])
    }

    @Test("Phases are timed, and those that a kept-alive connection does not need are absent")
    func times() async throws {
        let receiver = try ScriptedReceiver()
        let sender = try TestSender()
        let first = try await sender.send(receiver.url()).times
        let connect = try #require(first.connect)
        let firstByte = try #require(first.firstByte)
        #expect(first.tls == nil)
        #expect(0 < connect && connect <= firstByte && firstByte <= first.total && first.total < 10_000)
        let second = try await sender.send(receiver.url()).times
        #expect(second.dns == nil)
        #expect(second.connect == nil)
        #expect(second.firstByte != nil)
        #expect(receiver.connectionCount == 1)
    }
}

/// The memory of this process that is in use, from `/proc`.
private func residentKilobytes() throws -> Int {
    let status = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
    let line = try #require(status.split(separator: "\n").first { $0.hasPrefix("VmRSS:") })
    return try #require(line.split(separator: " ").dropLast().last.flatMap { Int($0.drop { !$0.isNumber }) })
}
