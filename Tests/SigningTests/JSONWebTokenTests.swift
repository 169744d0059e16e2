import Foundation
import Testing

@testable import Signing

@Suite struct JSONWebTokenTests {
    private let vector = Vector.published[0]
    private var body: [UInt8] { Array(vector.body.utf8) }

    private func fields(id: String? = nil) throws -> [Signer.Field] {
        Signer().sign(
            id: id ?? vector.id,
            timestampSeconds: vector.timestamp,
            body: body,
            keys: try vector.keys(),
            jwt: true
        )
    }

    private func verify(_ fields: [Signer.Field], body: [UInt8]? = nil, after seconds: Int64 = 0) throws {
        try SignatureVerifier(secrets: [try Secret(vector.secret)])
            .verifyToken(headers: fields, body: body ?? self.body, now: vector.timestamp + seconds)
    }

    /// A token of any header and claims, rightly signed.
    private func token(header: String = #"{"alg":"HS256"}"#, claims: String) throws -> String {
        let signed = Base64.encode(Array(header.utf8), .url) + "." + Base64.encode(Array(claims.utf8), .url)
        return "Bearer \(signed).\(JSONWebToken.signature(of: signed, try Secret(vector.secret)))"
    }

    @Test func `the token is byte for byte the one an independent program makes`() throws {
        // Made with python3: base64.urlsafe_b64encode and hmac.new(secret, header.payload, sha256).
        #expect(
            try fields()["authorization"]
                == "Bearer eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJpc3MiOiJwb3N0YmFjayIsImp0aSI6Im1zZ19wNWpYTjhBUU05TFdNMEQ0bG9LV3hKZWsiLCJpYXQiOjE2MTQyNjUzMzAsImV4cCI6MTYxNDI2NTYzMCwiYm9keV9zaGEyNTYiOiJhZTg1ODkzMWY2Nzg4N2U4MTUwZDZmOTZjOWZlMDMwNjJjMWRmMzZiNDQ2NGM0ZGRjOGUwMDJjMDg0ZDVkMTk4In0.mum6gnKrZY8VBN6gsGzftw9ILADeZ4x3S6ybW-3YYAY"
        )
    }

    @Test func `the claims are exactly the five of the contract`() throws {
        let parts = try fields()["authorization"]?.dropFirst(7).split(separator: ".") ?? []
        #expect(parts.count == 3)
        let payload = Data(Base64.decode(parts[1], .url) ?? [])
        let claims = try #require(JSONSerialization.jsonObject(with: payload) as? [String: any Sendable])
        #expect(Set(claims.keys) == ["iss", "jti", "iat", "exp", "body_sha256"])
        #expect(claims["iss"] as? String == "postback")
        #expect(claims["jti"] as? String == vector.id)
        #expect(claims["iat"] as? Int64 == vector.timestamp)
        #expect(claims["exp"] as? Int64 == vector.timestamp + 300)
        #expect(claims["body_sha256"] as? String == Hexadecimal.encode(sha256(body)))
    }

    @Test func `any id makes a token that can be read`() throws {
        try verify(try fields(id: "quote\" back\\ line\n é 😀"))
    }

    @Test func `a token is accepted until it expires`() throws {
        try verify(try fields())
        try verify(try fields(), after: 299)
        #expect(throws: VerificationError.tokenExpired(seconds: 0)) { try verify(try fields(), after: 300) }
        #expect(throws: VerificationError.tokenClaim("iat")) { try verify(try fields(), after: -301) }
    }

    @Test func `a token for another body or another id is refused`() throws {
        #expect(throws: VerificationError.tokenClaim("body_sha256")) { try verify(try fields(), body: [1]) }
        #expect(throws: VerificationError.tokenClaim("jti")) { try verify(try fields().with("webhook-id", "x")) }
        try verify(try fields().with("webhook-id", nil))
    }

    @Test func `a changed token does not fit`() throws {
        let mismatch = VerificationError.mismatch(header: "authorization")
        let good = try #require(try fields()["authorization"])
        #expect(throws: mismatch) { try verify([("authorization", good + "A")]) }
        #expect(throws: mismatch) { try verify([("authorization", String(good.dropLast()))]) }
        let parts = good.split(separator: ".")
        let forged = Base64.encode(Array(#"{"iss":"postback","exp":99999999999}"#.utf8), .url)
        #expect(throws: mismatch) { try verify([("authorization", "\(parts[0]).\(forged).\(parts[2])")]) }
    }

    @Test(arguments: ["none", "HS512", "RS256", "hs256"])
    func `only HS256 counts, whatever the token says`(algorithm: String) throws {
        let token = try token(header: #"{"alg":"\#(algorithm)"}"#, claims: "{}")
        #expect(throws: VerificationError.tokenAlgorithm) { try verify([("authorization", token)]) }
    }

    @Test(arguments: [
        "Bearer ", "Bearer x", "Bearer a.b", "Bearer ..", "Basic abcdefgh", "Bearer a.b.c.d", "Bearer =.=.=",
    ])
    func `what is no token is refused`(text: String) {
        #expect(throws: VerificationError.malformedToken) { try verify([("authorization", text)]) }
    }

    @Test func `claims that are missing or wrong are named`() throws {
        let digest = Hexadecimal.encode(sha256(body))
        let (now, later) = (vector.timestamp, vector.timestamp + 60)
        let cases = [
            (#"{"iss":"other"}"#, "iss"), ("{}", "iss"), (#"{"iss":"postback"}"#, "exp"),
            (#"{"iss":"postback","exp":\#(later)}"#, "iat"),
            (#"{"iss":"postback","exp":\#(later),"iat":\#(now)}"#, "body_sha256"),
            (#"{"iss":"postback","exp":\#(later),"iat":\#(now),"body_sha256":"\#(digest)"}"#, "jti"),
        ]
        for (claims, name) in cases {
            #expect(throws: VerificationError.tokenClaim(name)) {
                try verify([("authorization", try token(claims: claims))])
            }
        }
        #expect(throws: VerificationError.malformedToken) { try verify([("authorization", try token(claims: "[]"))]) }
    }
}
