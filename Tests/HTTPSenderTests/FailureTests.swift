import Deliveries
import HTTPSender
import ReceiverTestSupport
import Testing

@Suite("What went wrong, and whether anything was sent")
struct FailureTests {
    @Test("A name that does not exist is a failure of the DNS and nothing was sent")
    func dns() async throws {
        let answer = try await TestSender().send("http://nothing.invalid/")
        #expect(answer.failure == .dns)
        #expect(!answer.requestWasSent)
        #expect(answer.remoteAddress == nil)
        #expect(answer.errorText?.contains("nothing.invalid") == true)
    }

    @Test("A port on which nobody listens is a failure to connect and nothing was sent")
    func refused() async throws {
        let port = try ClosedPort()
        let answer = try await TestSender().send(port.url)
        #expect(answer.failure == .connect)
        #expect(!answer.requestWasSent)
        #expect(answer.statusCode == nil)
    }

    @Test("A connection that does not stand in time is a failure to connect and nothing was sent")
    func connectTimeout() async throws {
        let listener = try FullListener()
        let answer = try await TestSender().send(listener.url, connectTimeout: .milliseconds(200))
        #expect(answer.failure == .connect)
        #expect(!answer.requestWasSent)
        #expect(answer.times.total >= 190 && answer.times.total < 5000)
        #expect(answer.times.connect == nil)
        #expect(answer.times.firstByte == nil)
    }

    @Test("The whole deadline covers connecting: a timeout, and nothing was sent")
    func deadlineWhileConnecting() async throws {
        let listener = try FullListener()
        let answer = try await TestSender().send(listener.url, timeout: .milliseconds(200))
        #expect(answer.failure == .timeout)
        #expect(!answer.requestWasSent)
    }

    @Test("A handshake that nobody answers is a failure to connect and nothing was sent")
    func handshakeTimeout() async throws {
        let receiver = try ScriptedReceiver(connections: .ignore)
        let answer = try await TestSender().send(
            "https://127.0.0.1:\(receiver.port)/",
            connectTimeout: .milliseconds(200)
        )
        #expect(answer.failure == .connect)
        #expect(!answer.requestWasSent)
        #expect(answer.times.tls == nil)
    }

    @Test("HTTPS to a receiver without TLS is a failure of TLS and nothing was sent")
    func noTLS() async throws {
        let receiver = try ScriptedReceiver(connections: .close)
        let answer = try await TestSender().send("https://127.0.0.1:\(receiver.port)/")
        #expect(answer.failure == .tls)
        #expect(!answer.requestWasSent)
    }

    @Test("A receiver that takes the request and says nothing is a timeout after sending")
    func silence() async throws {
        let receiver = try ScriptedReceiver { _ in .status(204).after(Gate()) }
        let answer = try await TestSender().send(receiver.url(), timeout: .seconds(2))
        #expect(answer.failure == .timeout)
        #expect(answer.requestWasSent)
        #expect(answer.statusCode == nil)
        #expect(answer.times.connect != nil)
        #expect(try await receiver.waitForRequests(1).count == 1)
    }

    @Test("A receiver that does not read is a timeout after sending")
    func notRead() async throws {
        let receiver = try ScriptedReceiver(connections: .ignore)
        let body = [UInt8](repeating: 1, count: 30_000_000)
        let answer = try await TestSender().send(receiver.url(), body: body, timeout: .seconds(3))
        #expect(answer.failure == .timeout)
        #expect(answer.requestWasSent)
    }

    @Test(
        "An answer that drips does not outlast the deadline",
        arguments: ["HTTP/1.1 200 OK\r\nx: ", "HTTP/1.1 200 OK\r\n\r\n"]
    )
    func drip(beginning: String) async throws {
        let receiver = try ScriptedReceiver { _ in
            ScriptedAnswer(.write(Array(beginning.utf8)), .writeForever([65], pause: .milliseconds(20)))
        }
        let answer = try await TestSender().send(receiver.url(), timeout: .seconds(2))
        #expect(answer.failure == .timeout)
        #expect(answer.requestWasSent)
        #expect(answer.statusCode == 200)
        #expect(answer.times.total >= 1990 && answer.times.total < 10_000)
    }

    @Test(
        "A connection that ends before the answer is whole was reset after sending",
        arguments: [
            (ScriptedAnswer.close, nil), (.reset, nil), (ScriptedAnswer.raw("HTTP/1.1 2").then(.close), nil),
            (ScriptedAnswer.raw("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab").then(.close), 200),
            (ScriptedAnswer.raw("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab").then(.reset), 200),
            (ScriptedAnswer.raw("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab").then(.close), 200),
            (ScriptedAnswer.raw("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n").then(.close), 200),
        ] as [(ScriptedAnswer, Int?)]
    )
    func reset(script: ScriptedAnswer, status: Int?) async throws {
        let receiver = try ScriptedReceiver { _ in script }
        let answer = try await TestSender().send(receiver.url())
        #expect(answer.failure == .reset, "\(answer)")
        #expect(answer.requestWasSent)
        #expect(answer.statusCode == status)
        #expect(receiver.requests.count == 1)
    }

    @Test("A reset while the body is being sent counts as sent")
    func resetWhileSending() async throws {
        let receiver = try ScriptedReceiver(connections: .resetAfterHead)
        let answer = try await TestSender().send(receiver.url(), body: [UInt8](repeating: 1, count: 30_000_000))
        #expect(answer.failure == .reset, "\(answer)")
        #expect(answer.requestWasSent)
    }

    @Test(
        "What is not HTTP is a failure of the protocol",
        arguments: [
            "SSH-2.0-OpenSSH_9.2\r\n", "HTTP/7.0 200 OK\r\n\r\n", "HTTP/1.1 abc\r\n\r\n", "\0\0\0\0\0\0\0\0\0\0",
        ]
    )
    func notHTTP(text: String) async throws {
        let receiver = try ScriptedReceiver { _ in ScriptedAnswer.raw(text).then(.close) }
        let answer = try await TestSender().send(receiver.url())
        #expect(answer.failure == .protocol, "\(answer)")
        #expect(answer.requestWasSent)
        #expect(answer.errorText?.isEmpty == false)
    }

    @Test("A protocol switch that nobody asked for is no answer")
    func switched() async throws {
        let receiver = try ScriptedReceiver { _ in
            ScriptedAnswer.raw("HTTP/1.1 101 Switching\r\nUpgrade: x\r\n\r\n").then(.close)
        }
        let answer = try await TestSender().send(receiver.url())
        #expect(answer.failure != nil, "\(answer)")
        #expect(answer.statusCode == nil)
        #expect(answer.requestWasSent)
    }

    @Test("An answer before the body was sent whole is taken")
    func earlyAnswer() async throws {
        let receiver = try ScriptedReceiver { _ in .status(413) }
        let answer = try await TestSender().send(receiver.url(), body: [UInt8](repeating: 1, count: 1_000_000))
        #expect(answer.statusCode == 413)
        #expect(answer.failure == nil)
    }
}
