import Deliveries
import Testing

@Suite("URLs that can be called")
struct DestinationURLTests {
    @Test(
        "A good URL is taken apart and kept byte for byte",
        arguments: [
            ("http://example.com", "example.com", 80, "http://example.com", "/"),
            ("https://Example.COM:8443/Path?q", "example.com", 8443, "https://example.com:8443", "/Path?q"),
            ("HTTPS://h/", "h", 443, "https://h", "/"), ("http://h:80/x", "h", 80, "http://h", "/x"),
            ("https://h:80?a=1", "h", 80, "https://h:80", "/?a=1"),
            ("http://example.com./a", "example.com", 80, "http://example.com", "/a"),
            ("http://10.0.0.1:5678/", "10.0.0.1", 5678, "http://10.0.0.1:5678", "/"),
            ("http://[2001:DB8::0:1]:8080/x", "2001:db8::1", 8080, "http://[2001:db8::1]:8080", "/x"),
            ("http://my_service-1/", "my_service-1", 80, "http://my_service-1", "/"),
            ("http://xn--bcher-kva.example/", "xn--bcher-kva.example", 80, "http://xn--bcher-kva.example", "/"),
            (
                "https://n8n.example.com/webhook-waiting/7?signature=TOKEN/suffix", "n8n.example.com", 443,
                "https://n8n.example.com",
                "/webhook-waiting/7?signature=TOKEN/suffix"
            ),
            ("http://h/a/../b//c%2F?x=@:[]{}|^'", "h", 80, "http://h", "/a/../b//c%2F?x=@:[]{}|^'"),
            ("http://1.2.3.4.example/", "1.2.3.4.example", 80, "http://1.2.3.4.example", "/"),
        ] as [(String, String, UInt16, String, String)]
    )
    func good(text: String, host: String, port: UInt16, origin: String, target: String) throws {
        let url = try DestinationURL(text)
        #expect(url.text == text)
        #expect(url.host == host)
        #expect(url.port == port)
        #expect(url.origin == origin)
        #expect(url.target == target)
    }

    @Test(
        "A bad URL is refused for its reason",
        arguments: [
            ("", .scheme), ("example.com", .scheme), ("//example.com/", .scheme), ("ftp://example.com/", .scheme),
            ("http:/h/", .scheme),
            ("http:h", .scheme), ("javascript:alert(1)", .scheme), ("file:///etc/passwd", .scheme),
            ("httpx://h/", .scheme),
            ("http://", .noHost), ("http:///x", .noHost), ("http://?x", .noHost), ("http://:80/", .noHost),
            ("http://u@h/", .userInformation),
            ("http://u:p@h/", .userInformation), ("http://@h/", .userInformation), ("http://h:0/", .port),
            ("http://h:65536/", .port),
            ("http://h:/", .port), ("http://h:8a/", .port), ("http://h:+80/", .port), ("http://h:000080/", .port),
            ("http://h:80:80/", .port),
            ("http://h/#f", .fragment), ("http://h#f", .fragment), ("http://h/ x", .byte(0x20)),
            (" http://h/", .byte(0x20)),
            ("http://h/\n", .byte(0x0A)), ("http://h/\r\nX: 1", .byte(0x0D)), ("http://h/\0", .byte(0)),
            ("http://h\\@e/", .byte(0x5C)),
            ("http://h/\"", .byte(0x22)), ("http://h/<", .byte(0x3C)), ("http://h/é", .byte(0xC3)),
            ("http://１２７.0.0.1/", .byte(0xEF)),
            ("http://127.1/", .numericHost), ("http://2130706433/", .numericHost), ("http://0x7f000001/", .numericHost),
            ("http://0X7F.0.0.1/", .numericHost), ("http://0177.0.0.1/", .numericHost),
            ("http://127.0.0.01/", .numericHost),
            ("http://1.2.3.4.5/", .numericHost), ("http://256.1.1.1/", .numericHost),
            ("http://127.0.0.1./", .numericHost),
            ("http://a.0x1/", .numericHost), ("http://%31%32%37.0.0.1/", .numericHost), ("http://127.0.0.%31/", .host),
            ("http://ex%61mple.com/", .host), ("http://a..b/", .host),
            ("http://.a/", .host), ("http://./", .host), ("http://a,b/", .host), ("http://[::1/", .host),
            ("http://[::1]x/", .host),
            ("http://[fe80::1%25eth0]/", .host), ("http://[1.2.3.4]/", .host), ("http://[]/", .host),
            ("http://::1/", .noHost),
            ("http://h;x/", .host), ("http://h*/", .host),
        ] as [(String, DestinationURLError)]
    )
    func bad(text: String, error: DestinationURLError) {
        #expect(throws: error) { try DestinationURL(text) }
    }

    @Test("A URL has at most 4096 bytes, its host at most 253, a label at most 63")
    func lengths() throws {
        let base = "http://h/"
        _ = try DestinationURL(base + String(repeating: "a", count: 4096 - base.utf8.count))
        #expect(throws: DestinationURLError.tooLong) {
            try DestinationURL(base + String(repeating: "a", count: 4097 - base.utf8.count))
        }
        let label = String(repeating: "a", count: 63)
        _ = try DestinationURL("http://\(label).\(label).\(label).\(String(repeating: "a", count: 61))/")
        #expect(throws: DestinationURLError.host) { try DestinationURL("http://\(label)a/") }
        #expect(throws: DestinationURLError.host) {
            try DestinationURL("http://\(label).\(label).\(label).\(String(repeating: "a", count: 62))/")
        }
    }

    @Test("The query is left out where it may be a secret, and no message repeats the URL")
    func secrets() throws {
        #expect(try DestinationURL("https://h/a?signature=TOKEN/x?y").withoutQuery == "https://h/a")
        #expect(try DestinationURL("https://h?TOKEN").withoutQuery == "https://h")
        do {
            _ = try DestinationURL("https://h/?TOKEN#x")
        } catch {
            #expect(!"\(error)".contains("TOKEN"))
            #expect(!"\(error)".contains("\n"))
        }
    }
}
