import Signing
import Testing

@testable import Postback

@Suite struct VerificationReportTests {
    private let body = Array("{}".utf8)

    private func report(authorization: String, jwt: Bool = false) throws -> VerificationReport {
        let secret = Secret.generate()
        var fields = Signer().sign(
            id: "evt_1",
            timestampSeconds: 1_000,
            body: body,
            keys: SigningKeys(current: secret),
            jwt: jwt
        )
        if !jwt { fields.append((SignatureHeader.authorization, authorization)) }
        let verifier = SignatureVerifier(secrets: [secret])
        return VerificationReport(fields: fields, body: body, verifier: verifier, now: 1_000)
    }

    @Test(arguments: ["Basic Zm9vOmJhcg==", "Bearer a-key-of-the-receivers-own", "Digest username=x"])
    func `a header that lets the request in and signs nothing is passed over`(value: String) throws {
        let report = try report(authorization: value)
        #expect(report.isGood)
        #expect(report.lines == ["webhook-signature: good", "x-postback-signature: good"])
    }

    @Test func `a token is checked`() throws {
        #expect(try report(authorization: "", jwt: true).lines.last == "authorization: good")
        let other = try report(authorization: "Bearer eyJhbGciOiJIUzI1NiJ9.e30.AAAA")
        #expect(!other.isGood)
    }
}
