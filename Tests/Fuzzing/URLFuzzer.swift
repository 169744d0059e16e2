internal import CCurl
package import Deliveries
internal import Foundation
internal import Glibc

/// URLs: what is taken is kept byte for byte, and leads where libcurl and Foundation say it leads.
package struct URLFuzzer: Fuzzer {
    package let name = "url"

    package let seeds = [
        "https://n8n.example.com/webhook/pdf-complete?token=a%20b&x={y}", "http://127.0.0.1:8080/",
        "http://[::1]:5678/a?b",
        "https://[2001:db8::192.0.2.1]", "http://example.com", "HTTPS://Example.COM.:443/?q",
        "http://localhost:1/a/../b//c",
        "http://0x7f.1/", "http://2130706433/", "http://017700000001/", "http://127.1/", "http://a_b-c.d.example:65535",
        "http://xn--bcher-kva.example/", "http://[::ffff:10.0.0.1]/", "http://user:pass@example.com/",
        "http://169.254.169.254/latest",
    ].map { Array($0.utf8) }

    package let tokens = [
        "http://", "https://", "://", "//", "@", ":", ":0", ":80", ":65536", "[", "]", "[::]", "%00", "%2e", "%40", ".",
        "..", "?", "#",
        "\\", "/", "0x", "0X7F", "00", "127.", "127.0.0.1", "::1", "fe80::1%eth0", "example.com", "localhost",
        "\u{3002}", "é", "xn--",
    ].map { Array($0.utf8) }

    /// Reads a URL.
    package typealias Read = @Sendable (String) throws(DestinationURLError) -> DestinationURL
    private let read: Read

    /// Makes the fuzzer; a test of it puts a faulty parser in the place of the true one.
    package init(read: @escaping Read = { text throws(DestinationURLError) in try DestinationURL(text) }) {
        self.read = read
    }

    package func check(_ input: [UInt8]) throws(FuzzFinding) -> Bool {
        let text = String(decoding: input, as: UTF8.self)
        let url: DestinationURL
        do throws(DestinationURLError) {
            url = try read(text)
        } catch {
            return false
        }
        guard url.text.utf8.elementsEqual(input) else { throw FuzzFinding("the text was changed") }
        guard url.port > 0, input.count <= DestinationURL.maximumLength,
            input.allSatisfy({ (0x21...0x7E).contains($0) && $0 != UInt8(ascii: "#") })
        else { throw FuzzFinding("what no request line may have is taken") }
        guard let again = try? DestinationURL(url.text), again == url else {
            throw FuzzFinding("read again it is another")
        }
        guard let origin = try? DestinationURL(url.origin),
            (origin.scheme, origin.host, origin.port) == (url.scheme, url.host, url.port)
        else { throw FuzzFinding("the origin \(url.origin) leads elsewhere") }
        guard url.target.hasPrefix("/"), url.text.hasSuffix(url.target) || url.text.hasSuffix(url.target.dropFirst())
        else {
            throw FuzzFinding("the target \(url.target) is not the end of the text")
        }
        try checkAddress(url.host)
        try checkFoundation(text, url)
        try checkCurl(text, url)
        return true
    }

    /// Whatever the resolver takes for an address without asking anyone must be known as that address.
    private func checkAddress(_ host: String) throws(FuzzFinding) {
        var v4 = in_addr()
        if unsafe inet_aton(host, &v4) != 0, IPAddress(host) != .v4(UInt32(bigEndian: v4.s_addr)) {
            throw FuzzFinding("the resolver takes \(host) for an address")
        }
        var octets = [UInt8](repeating: 0, count: 16)
        if unsafe inet_pton(AF_INET6, host, &octets) == 1, IPAddress(host) != IPAddress(octets: octets) {
            throw FuzzFinding("the resolver takes \(host) for another address")
        }
    }

    private func checkFoundation(_ text: String, _ url: DestinationURL) throws(FuzzFinding) {
        guard let parts = URLComponents(string: text), let host = parts.encodedHost, !host.isEmpty else { return }
        guard Self.isSame(host, url.host) else { throw FuzzFinding("host \(url.host), but \(host) for Foundation") }
        guard (parts.port ?? Int(url.scheme.defaultPort)) == Int(url.port) else {
            throw FuzzFinding("port \(url.port), but \(String(describing: parts.port)) for Foundation")
        }
    }

    /// What libcurl would dial. It is libcurl that sends the request.
    private func checkCurl(_ text: String, _ url: DestinationURL) throws(FuzzFinding) {
        guard let parts = unsafe curl_url() else { return }
        defer { unsafe curl_url_cleanup(parts) }
        guard unsafe curl_url_set(parts, CURLUPART_URL, text, UInt32(CURLU_PATH_AS_IS)) == CURLUE_OK else {
            throw FuzzFinding("libcurl refuses it")
        }
        guard let host = unsafe Self.part(CURLUPART_HOST, of: parts), Self.isSame(host, url.host) else {
            throw unsafe FuzzFinding(
                "host \(url.host), but \(Self.part(CURLUPART_HOST, of: parts) ?? "none") for libcurl"
            )
        }
        guard unsafe Self.part(CURLUPART_PORT, of: parts) == String(url.port) else {
            throw unsafe FuzzFinding(
                "port \(url.port), but \(Self.part(CURLUPART_PORT, of: parts) ?? "none") for libcurl"
            )
        }
        guard unsafe Self.part(CURLUPART_USER, of: parts) == nil else { throw FuzzFinding("libcurl sees a user") }
    }

    private static func part(_ part: CURLUPart, of parts: OpaquePointer) -> String? {
        var text: UnsafeMutablePointer<CChar>?
        guard unsafe curl_url_get(parts, part, &text, UInt32(CURLU_DEFAULT_PORT)) == CURLUE_OK, let text = unsafe text
        else {
            return nil
        }
        defer { unsafe curl_free(text) }
        return unsafe String(cString: text)
    }

    /// The same host, whichever way it is written: case, brackets, a trailing dot, the forms of one address.
    private static func isSame(_ left: String, _ right: String) -> Bool {
        let plain = { (host: String) -> String in
            var name = host.lowercased()
            if name.hasPrefix("["), name.hasSuffix("]") { name = String(name.dropFirst().dropLast()) }
            if name.hasSuffix(".") { name.removeLast() }
            return IPAddress(name)?.description ?? name
        }
        return plain(left) == plain(right)
    }
}
