import Deliveries
import HTTPSender
import ReceiverTestSupport
import Testing

@Suite("What a request looks like on the wire")
struct RequestTests {
    @Test("The fields are sent as given, with Host and Content-Length and nothing else")
    func fields() async throws {
        let receiver = try ScriptedReceiver()
        let sender = try TestSender()
        let answer = try await sender.send(
            receiver.url("/hook"),
            headers: [
                HeaderField("webhook-id", "evt_1"), HeaderField("Content-Type", "application/json"),
                HeaderField("X-Empty", ""),
                HeaderField("X-Odd", "a;b: c \"d\" ü"),
            ],
            body: Array("{}".utf8)
        )
        #expect(answer.statusCode == 204)
        #expect(answer.failure == nil)
        #expect(answer.requestWasSent)
        #expect(answer.remoteAddress == "127.0.0.1:\(receiver.port)")
        let request = try #require(receiver.requests.first)
        #expect(request.method == "POST")
        #expect(request.version == "HTTP/1.1")
        #expect(request.body == Array("{}".utf8))
        #expect(
            request.headers.map { "\($0.name): \($0.value)" } == [
                "Host: 127.0.0.1:\(receiver.port)", "webhook-id: evt_1", "Content-Type: application/json", "X-Empty: ",
                "X-Odd: a;b: c \"d\" ü", "Content-Length: 2",
            ]
        )
    }

    @Test(
        "The target is the URL's own bytes",
        arguments: [
            ("/a/../b", "/a/../b"),
            ("//x", "//x"),
            ("/./a//b/.", "/./a//b/."),
            ("/webhook-waiting/7?signature=TOKEN/suffix", "/webhook-waiting/7?signature=TOKEN/suffix"),
            ("/a%2Fb%2f%zz?q=%20+%2B", "/a%2Fb%2f%zz?q=%20+%2B"),
            ("?a=1", "/?a=1"),
            ("", "/"),
            ("/?", "/?"),
            ("/a?b?c=/../d&e[]={x|y}^;:@!$'()*,~", "/a?b?c=/../d&e[]={x|y}^;:@!$'()*,~"),
        ]
    )
    func target(path: String, expected: String) async throws {
        let receiver = try ScriptedReceiver()
        let answer = try await TestSender().send(receiver.url(path))
        #expect(answer.statusCode == 204)
        #expect(receiver.requests.map(\.target) == [expected])
    }

    @Test("A header field that could end early or frames the message is refused and nothing is sent")
    func injection() async throws {
        let receiver = try ScriptedReceiver()
        let sender = try TestSender()
        let fields = [
            HeaderField("x-a", "1\r\nx-b: 2"), HeaderField("x-a", "1\n2"), HeaderField("x-a", "1\0"),
            HeaderField("x a", "1"),
            HeaderField("x-a:", "1"), HeaderField("x\r\ny", "1"), HeaderField("", "1"),
            HeaderField("Content-Length", "3"),
            HeaderField("transfer-encoding", "chunked"), HeaderField("HOST", "example.com"), HeaderField("x-é", "1"),
        ]
        for field in fields {
            let answer = try await sender.send(receiver.url(), headers: [field])
            #expect(answer.failure == .protocol, "\(field)")
            #expect(!answer.requestWasSent)
            #expect(answer.errorText?.contains("\n") == false)
        }
        #expect(receiver.connectionCount == 0)
    }

    @Test("Bodies of any length arrive whole", arguments: [0, 1, 65_535, 65_536, 3_000_000])
    func body(length: Int) async throws {
        let receiver = try ScriptedReceiver()
        let body = (0..<length).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        let answer = try await TestSender().send(receiver.url(), body: body)
        #expect(answer.statusCode == 204)
        let request = try #require(receiver.requests.first)
        #expect(request.body == body)
        #expect(request.header("content-length") == "\(length)")
        #expect(request.header("expect") == nil)
    }

    @Test("Nothing of one request shows in the next one of the same handle")
    func nothingIsLeft() async throws {
        let receiver = try ScriptedReceiver()
        let sender = try TestSender()
        _ = try await sender.send(
            receiver.url("/long?secret=1"),
            headers: (0..<60).map { HeaderField("x-\($0)", String(repeating: "v", count: 100)) },
            body: [UInt8](repeating: 1, count: 100_000)
        )
        _ = try await sender.send(receiver.url("/b"), headers: [], body: [7])
        let second = try #require(receiver.requests.last)
        #expect(second.target == "/b")
        #expect(second.headers.map(\.name) == ["Host", "Content-Length"])
        #expect(second.body == [7])
        #expect(receiver.requests.first?.headers.count == 62)
    }

    @Test("A host is called on IPv6, and shown in brackets")
    func ipv6() async throws {
        let receiver = try ScriptedReceiver(onIPv6: true)
        let answer = try await TestSender().send("http://[::1]:\(receiver.port)/")
        #expect(answer.statusCode == 204)
        #expect(answer.remoteAddress == "[::1]:\(receiver.port)")
        #expect(receiver.requests.first?.header("host") == "[::1]:\(receiver.port)")
    }
}
