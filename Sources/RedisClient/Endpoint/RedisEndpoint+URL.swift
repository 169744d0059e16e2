extension RedisEndpoint {
    /// Reads a URL: `redis://user:password@host:port/database`, `rediss://` for TLS, or
    /// `unix:///path/to.sock?db=0` (also `redis+unix://`). User, password and socket path may be percent-encoded.
    /// The port is 6379 and the database 0 unless given.
    ///
    /// - Throws: `invalidConfiguration` that says which part is wrong. No part of the URL is repeated in it, as any
    ///   part may turn out to be a misplaced password.
    package init(url: String) throws(RedisError) {
        guard url.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            throw .invalidURL("only printable ASCII is allowed; percent-encode everything else")
        }
        guard let separator = url.firstRange(of: "://") else {
            throw .invalidURL("it must begin with redis://, rediss:// or unix://")
        }
        let rest = url[separator.upperBound...]
        guard !rest.utf8.contains(UInt8(ascii: "#")) else {
            throw .invalidURL("# must be percent-encoded as %23")
        }
        switch url[..<separator.lowerBound].lowercased() {
        case "redis": try self.init(tcp: rest, tls: nil)
        case "rediss": try self.init(tcp: rest, tls: RedisTLSOptions())
        case "unix", "redis+unix": try self.init(unix: rest)
        default: throw .invalidURL("it must begin with redis://, rediss:// or unix://")
        }
    }

    /// A socket's path as ``init(url:)`` takes it, any byte of it percent-encoded that could mean something else there.
    package static func encoded(socketPath path: String) -> String {
        path.utf8.map { byte in
            let character = Character(UnicodeScalar(byte))
            let isPlain = byte < 0x80 && (character.isLetter || character.isNumber || "/._-~".contains(character))
            return isPlain ? String(character) : "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
        }.joined()
    }

    private init(tcp rest: Substring, tls: RedisTLSOptions?) throws(RedisError) {
        let parts = try URLParts(rest)
        let (host, port) = try Self.hostAndPort(parts.host)
        var database = parts.database
        let path = parts.path.drop { $0 == "/" }
        if !path.isEmpty {
            guard database == nil, parts.path.utf8.count == path.utf8.count + 1 else {
                throw .invalidURL("the path must be / and one database number")
            }
            database = try URLParts.databaseNumber(path)
        }
        self.init(
            address: .tcp(host: host, port: port),
            credentials: parts.credentials,
            database: database ?? 0,
            tls: tls
        )
    }

    private init(unix rest: Substring) throws(RedisError) {
        let parts = try URLParts(rest)
        guard parts.host.isEmpty, parts.path.utf8.count > 1 else {
            throw .invalidURL("a unix socket needs an absolute path, as in unix:///run/redis.sock")
        }
        let path = try URLParts.decoded(parts.path, "the socket path")
        // sockaddr_un has 108 bytes, the last of which must be zero.
        guard path.utf8.count <= 107 else {
            throw .invalidURL("the socket path is longer than 107 bytes")
        }
        self.init(address: .unix(path: path), credentials: parts.credentials, database: parts.database ?? 0)
    }

    private static func hostAndPort(_ authority: Substring) throws(RedisError) -> (host: String, port: Int) {
        let host: Substring
        let afterHost: Substring
        if authority.first == "[" {
            guard let end = authority.firstIndex(of: "]") else { throw .invalidURL("the IPv6 address has no ]") }
            host = authority[authority.index(after: authority.startIndex)..<end]
            afterHost = authority[authority.index(after: end)...]
            guard host.contains(":"), host.allSatisfy({ $0.isHexDigit || $0 == ":" || $0 == "." }) else {
                throw .invalidURL("the IPv6 address is not one")
            }
        } else {
            host = authority.prefix { $0 != ":" }
            afterHost = authority[host.endIndex...]
            let isName = host.allSatisfy { $0.isLetter || $0.isNumber || $0 == "." || $0 == "-" || $0 == "_" }
            guard !host.isEmpty, host.utf8.count <= 253, isName else {
                throw .invalidURL("the host is missing or is not a host name")
            }
        }
        guard !afterHost.isEmpty else { return (String(host), 6379) }
        let digits = afterHost.dropFirst()
        guard afterHost.first == ":", digits.allSatisfy(\.isNumber), let port = UInt16(digits), port > 0 else {
            throw .invalidURL("the port is not a number from 1 to 65535")
        }
        return (String(host), Int(port))
    }
}

/// The parts of a URL after `scheme://`.
private struct URLParts {
    let credentials: RedisCredentials?
    let host: Substring
    let path: Substring
    let database: Int?

    init(_ rest: Substring) throws(RedisError) {
        let beforeQuery = rest.prefix { $0 != "?" }
        let authority = beforeQuery.prefix { $0 != "/" }
        path = beforeQuery[authority.endIndex...]
        // A path or query with an @ is a password in which a / or ? was not percent-encoded.
        guard !rest[authority.endIndex...].contains("@") else {
            throw .invalidURL("/, ? and @ in credentials or paths must be percent-encoded")
        }
        if let at = authority.lastIndex(of: "@") {
            credentials = try Self.credentials(authority[..<at])
            host = authority[authority.index(after: at)...]
        } else {
            credentials = nil
            host = authority
        }
        database = try Self.database(query: rest[beforeQuery.endIndex...].dropFirst())
    }

    private static func credentials(_ text: Substring) throws(RedisError) -> RedisCredentials {
        guard !text.contains("@"), let colon = text.firstIndex(of: ":") else {
            throw .invalidURL("credentials are user:password@ or :password@, percent-encoded")
        }
        let username = try decoded(text[..<colon], "the user name")
        let password = try decoded(text[text.index(after: colon)...], "the password")
        guard !password.isEmpty else { throw .invalidURL("the password is empty") }
        return RedisCredentials(username: username.isEmpty ? nil : username, password: password)
    }

    private static func database(query: Substring) throws(RedisError) -> Int? {
        guard !query.isEmpty else { return nil }
        guard query.hasPrefix("db=") else { throw .invalidURL("the only query parameter is db=NUMBER") }
        return try databaseNumber(query.dropFirst(3))
    }

    static func databaseNumber(_ text: Substring) throws(RedisError) -> Int {
        guard (1...6).contains(text.utf8.count), text.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            let number = Int(text)
        else {
            throw .invalidURL("the database is not a number")
        }
        return number
    }

    /// Undoes percent-encoding; `what` names the part in an error.
    static func decoded(_ text: Substring, _ what: String) throws(RedisError) -> String {
        var bytes: [UInt8] = []
        var rest = text.utf8
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard let high = rest.popFirst().flatMap(hexadecimal), let low = rest.popFirst().flatMap(hexadecimal) else {
                throw .invalidURL("\(what) has a % that is not followed by two hexadecimal digits")
            }
            bytes.append(high << 4 | low)
        }
        guard !bytes.contains(0), let decoded = String(validating: bytes, as: UTF8.self) else {
            throw .invalidURL("\(what) is not UTF-8 text")
        }
        return decoded
    }

    private static func hexadecimal(_ digit: UInt8) -> UInt8? {
        Character(Unicode.Scalar(digit)).hexDigitValue.map { UInt8($0) }
    }
}

extension RedisError {
    fileprivate static func invalidURL(_ message: String) -> RedisError {
        RedisError(.invalidConfiguration, "redis url: \(message)")
    }
}
