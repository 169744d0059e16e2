import Deliveries

/// Reads `headers`: fields that are sent besides Postback's own.
enum HeaderReader {
    private static let fieldLimit = 32
    private static let byteLimit = 8 << 10

    /// What Postback sends itself, and what frames the message or belongs to the connection (RFC 9110 section 7.6.1).
    private static let reserved: Set<String> = [
        "host", "content-length", "content-type", "transfer-encoding", "connection", "keep-alive", "proxy-connection",
        "te",
        "trailer", "upgrade", "expect", "user-agent", "traceparent",
    ]
    private static let reservedPrefixes = ["webhook-", "x-postback-"]

    /// The fields, without those that were reported.
    static func read(_ source: some SettingSource, jwt: Bool) -> [HeaderField] {
        let context = source.context
        var fields: [HeaderField] = []
        var names: Set<String> = []
        var bytes = 0
        for (name, setting) in source.fields("headers", limit: fieldLimit) ?? [] {
            let place = setting.place
            guard isToken(name) else {
                context.report(
                    Place(path: source.place.path(of: "headers"), line: place.line),
                    "has a name that is no HTTP field name"
                )
                continue
            }
            let lowered = name.lowercased()
            if let reason = refusal(of: lowered, jwt: jwt) {
                context.report(place, reason)
            } else if !names.insert(lowered).inserted {
                context.report(place, "is there already in another case")
            } else if let value = value(of: setting, named: lowered, context) {
                fields.append(HeaderField(name, value))
                bytes += name.utf8.count + value.utf8.count
                if bytes > byteLimit {
                    context.report(place, "makes the headers larger than \(byteLimit) bytes")
                    break
                }
            }
        }
        return fields
    }

    private static func refusal(of name: String, jwt: Bool) -> String? {
        if reserved.contains(name) || reservedPrefixes.contains(where: { name.hasPrefix($0) }) {
            return "is a header that Postback sets itself"
        }
        return jwt && name == SecretHeaders.authorization ? "is taken by the token that jwt: true sends" : nil
    }

    private static func value(of setting: SettingText, named name: String, _ context: LoadContext) -> String? {
        guard let value = setting.secret(context) else { return nil }
        guard !value.value.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F }) else {
            context.report(setting.place, "contains a control character\(value.origin)")
            return nil
        }
        guard value.value.first != " ", value.value.last != " " else {
            context.report(setting.place, "begins or ends with a space\(value.origin)")
            return nil
        }
        if value.isLiteral, SecretHeaders.isProbablySecret(name) {
            context.clearText.append(ClearTextSetting(path: setting.place.path, kind: .header))
        }
        return value.value
    }

    /// RFC 9110 section 5.6.2.
    private static func isToken(_ name: String) -> Bool {
        !name.isEmpty && name.utf8.count <= 256
            && name.unicodeScalars.allSatisfy { scalar in
                switch scalar {
                case "a"..."z", "A"..."Z", "0"..."9": true
                default: "!#$%&'*+-.^_`|~".unicodeScalars.contains(scalar)
                }
            }
    }
}

/// Which header fields usually carry secrets.
enum SecretHeaders {
    static let authorization = "authorization"
    private static let words = ["auth", "token", "secret", "password", "key", "cookie", "credential", "signature"]

    /// Whether a field of this lower-case name probably carries a secret.
    static func isProbablySecret(_ name: String) -> Bool {
        words.contains { name.contains($0) }
    }
}
