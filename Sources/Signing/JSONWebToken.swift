/// The token of `jwt: true`: HS256 (RFC 7519, RFC 7515), keyed with the text of the secret.
enum JSONWebToken {
    /// The issuer claim.
    static let issuer = "postback"
    /// Seconds from issue to expiry.
    static let lifetime: Int64 = 300

    private static let header = Base64.encode(Array(#"{"alg":"HS256","typ":"JWT"}"#.utf8), .url)

    /// Makes the token of an attempt.
    static func make(id: String, issuedAt: Int64, body: [UInt8], secret: Secret) -> String {
        let (expiry, _) = issuedAt.addingReportingOverflow(lifetime)
        let claims =
            #"{"iss":"\#(issuer)","jti":\#(jsonString(id)),"iat":\#(issuedAt),"exp":\#(expiry)"#
            + #","body_sha256":"\#(Hexadecimal.encode(sha256(body)))"}"#
        let signed = header + "." + Base64.encode(Array(claims.utf8), .url)
        return signed + "." + signature(of: signed, secret)
    }

    /// The third part of a token whose first two are `signed`.
    static func signature(of signed: some StringProtocol, _ secret: Secret) -> String {
        Base64.encode(secret.textKey.code(of: Array(signed.utf8)), .url)
    }

    /// A JSON string (RFC 8259 section 7). Ids of events need no escapes; this one holds for any text.
    private static func jsonString(_ text: String) -> String {
        var json = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": json += "\\\""
            case "\\": json += "\\\\"
            case "\u{0}"..."\u{1F}":
                let digits = String(scalar.value, radix: 16)
                json += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: json.unicodeScalars.append(scalar)
            }
        }
        return json + "\""
    }
}
