import Testing

@testable import Signing

@Suite struct SecretTests {
    private static func text(_ bytes: some Sequence<UInt8>) -> String { Secret.prefix + Base64.encode(Array(bytes)) }

    @Test(arguments: [
        ("", SecretError.empty),
        ("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", .missingPrefix),
        ("WHSEC_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", .missingPrefix),
        ("whsk_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", .missingPrefix),
        (" whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", .missingPrefix),
        ("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n", .notBase64),
        ("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLa-w", .notBase64),
        ("whsec_MfKQ9r8GKYqrTwjU PD8ILPZIo2LaLaSw", .notBase64),
        ("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwA", .notBase64),
        ("whsec_", .tooShort(bytes: 0)),
        ("whsec_c2hvcnQ=", .tooShort(bytes: 5)),
        (text(0..<23), .tooShort(bytes: 23)),
        (text(0..<65), .tooLong(bytes: 65)),
        (text(repeatElement(0, count: 32)), .guessable),
        (text((0..<32).map { $0 % 7 }), .guessable),
    ])
    func `what is no secret, or a weak one, is refused in one line that does not show it`(
        text: String,
        error: SecretError
    ) {
        #expect(throws: error) { try Secret(text) }
        #expect(!error.description.contains("\n"))
        let tail = text.dropFirst(Secret.prefix.count)
        #expect(tail.count < 4 || !error.description.contains(tail))
    }

    @Test(arguments: [24, 25, 26, 32, 64])
    func `24 to 64 bytes are taken, padded or not`(count: Int) throws {
        let padded = Self.text((0..<UInt8(count)))
        let bare = padded.replacing("=", with: "")
        let headers = { (text: String) throws in
            Signer().sign(id: "i", timestampSeconds: 1, body: [1], keys: SigningKeys(current: try Secret(text)))
        }
        #expect(try headers(padded)["webhook-signature"] == headers(bare)["webhook-signature"])
        // The text is a key of its own, so that a text with padding and one without are two secrets.
        #expect(try (Secret(padded) == Secret(bare)) == (padded == bare))
        #expect(try Secret(padded).revealed == padded)
    }

    @Test func `a new secret is a good one, and another each time`() throws {
        let secrets = (0..<20).map { _ in Secret.generate() }
        #expect(Set(secrets).count == 20)
        for secret in secrets {
            #expect(try Secret(secret.revealed) == secret)
            #expect(secret.revealed.count == 6 + 44)
        }
    }

    @Test func `nothing that prints a secret shows it`() throws {
        let vector = Vector.published[0]
        let keys = SigningKeys(
            current: try Secret(vector.secret),
            previous: try Secret(Vector.published[1].secret),
            previousUntil: 1
        )
        var dumped = ""
        dump(keys, to: &dumped)
        for shown in ["\(keys)", String(reflecting: keys), dumped, "\(keys.current)", String(reflecting: keys.current)]
        {
            #expect(!shown.contains("MfKQ9r8G") && !shown.contains("C2FVsBQI"))
            #expect(!shown.contains("49, 242, 144"))
        }
        #expect("\(keys.current)" == "whsec_***")
    }
}
