/// A URL that can be called, kept byte for byte: receivers such as n8n check a token against the very text they gave out.
///
/// Checked once, on the way in: `http` or `https`, no user information, no fragment, a plain host, only bytes that can stand
/// in a request line. What the host resolves to is judged when it is dialled (``AddressPolicy``).
package struct DestinationURL: Hashable, Sendable {
    /// The schemes that are spoken.
    package enum Scheme: String, Hashable, Sendable {
        case http
        case https

        /// The port of a URL that names none.
        package var defaultPort: UInt16 {
            switch self {
            case .http: 80
            case .https: 443
            }
        }
    }

    /// The longest URL, in bytes.
    package static let maximumLength = 4096

    /// The URL as it was given.
    package let text: String
    /// The scheme.
    package let scheme: Scheme
    /// The host in lower case, an IPv6 address without its brackets, a name without a trailing dot.
    package let host: String
    /// The port, 1 to 65535, that of the scheme if the URL names none.
    package let port: UInt16

    /// Where the authority ends in ``text``.
    private let authorityEnd: String.Index

    /// Checks a URL.
    package init(_ text: String) throws(DestinationURLError) {
        guard text.utf8.count <= Self.maximumLength else { throw .tooLong }
        for byte in text.utf8 where !Self.mayStand(byte) { throw byte == UInt8(ascii: "#") ? .fragment : .byte(byte) }
        guard let schemeEnd = text.firstIndex(of: ":"), text[schemeEnd...].hasPrefix("://"),
            let scheme = Scheme(rawValue: text[..<schemeEnd].lowercased())
        else { throw .scheme }

        let rest = text[schemeEnd...].dropFirst(3)
        let authority = rest.prefix { $0 != "/" && $0 != "?" }
        guard !authority.contains("@") else { throw .userInformation }
        let (host, port) = try Self.split(authority)
        self.text = text
        self.scheme = scheme
        self.host = try Self.check(host: host)
        self.port =
            try port.map { text throws(DestinationURLError) in try Self.check(port: text) } ?? scheme.defaultPort
        self.authorityEnd = authority.endIndex
    }

    /// Scheme, host and port: what connections are shared by. The port is left out if it is the scheme's own.
    package var origin: String {
        let shownHost = host.utf8.contains(UInt8(ascii: ":")) ? "[\(host)]" : host
        return port == scheme.defaultPort
            ? "\(scheme.rawValue)://\(shownHost)" : "\(scheme.rawValue)://\(shownHost):\(port)"
    }

    /// What stands in the request line (RFC 9112 section 3.2.1): path and query byte for byte, with the `/` that an
    /// empty path needs.
    package var target: String {
        let tail = text[authorityEnd...]
        return tail.utf8.first == UInt8(ascii: "/") ? String(tail) : "/" + tail
    }

    /// The URL up to its query, which may be a secret.
    package var withoutQuery: String {
        String(text.prefix { $0 != "?" })
    }

    /// Printable ASCII without what RFC 3986 keeps out of URLs and parsers disagree about. `{`, `|`, `}` and `^` are out too,
    /// strictly, but real URLs carry them and nobody misreads them.
    private static func mayStand(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "\\"), UInt8(ascii: "`"): false
        case UInt8(ascii: "#"): false
        case 0x21...0x7E: true
        default: false
        }
    }

    /// Splits `host`, `host:port`, `[address]`, `[address]:port`. The brackets stay with the host.
    private static func split(_ authority: Substring) throws(DestinationURLError) -> (Substring, Substring?) {
        let hostEnd: String.Index
        if authority.hasPrefix("[") {
            guard let bracket = authority.firstIndex(of: "]") else { throw .host }
            hostEnd = authority.index(after: bracket)
        } else {
            hostEnd = authority.firstIndex(of: ":") ?? authority.endIndex
        }
        let tail = authority[hostEnd...]
        guard tail.isEmpty || tail.hasPrefix(":") else { throw .host }
        return (authority[..<hostEnd], tail.isEmpty ? nil : tail.dropFirst())
    }

    private static func check(host: Substring) throws(DestinationURLError) -> String {
        guard !host.isEmpty else { throw .noHost }
        if host.hasPrefix("[") {
            guard let address = IPAddress(host.dropFirst().dropLast()), !address.isV4 else { throw .host }
            return address.description
        }
        if URLHost.endsInNumber(host) {
            guard IPAddress(host) != nil else { throw .numericHost }
            return String(host)
        }
        guard let name = URLHost.name(host) else { throw .host }
        return name
    }

    private static func check(port: Substring) throws(DestinationURLError) -> UInt16 {
        guard (1...5).contains(port.utf8.count), port.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            let number = UInt16(port), number > 0
        else { throw .port }
        return number
    }
}

extension DestinationURL: CustomStringConvertible {
    package var description: String { text }
}
