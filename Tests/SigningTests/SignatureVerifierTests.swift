import Testing

@testable import Signing

@Suite struct SignatureVerifierTests {
    private let vector = Vector.published[0]
    private var body: [UInt8] { Array(vector.body.utf8) }

    private func headers() throws -> [Signer.Field] {
        Signer().sign(id: vector.id, timestampSeconds: vector.timestamp, body: body, keys: try vector.keys())
    }

    private func verify(
        _ headers: [Signer.Field],
        body: [UInt8]? = nil,
        after seconds: Int64 = 0,
        secrets: [String]? = nil
    ) throws {
        let secrets = try (secrets ?? [vector.secret]).map { try Secret($0) }
        try SignatureVerifier(secrets: secrets)
            .verify(headers: headers, body: body ?? self.body, now: vector.timestamp + seconds)
    }

    @Test(arguments: Vector.published)
    func `the published vectors are accepted`(vector: Vector) throws {
        let headers = [
            ("Webhook-Id", vector.id), ("WEBHOOK-TIMESTAMP", String(vector.timestamp)),
            ("webhook-signature", vector.signature),
        ]
        try SignatureVerifier(secrets: [try Secret(vector.secret)])
            .verify(headers: headers, body: Array(vector.body.utf8), now: vector.timestamp)
    }

    @Test(arguments: ["webhook-id", "webhook-timestamp", "webhook-signature"])
    func `a missing, empty or repeated header is named`(name: String) throws {
        let good = try headers()
        #expect(throws: VerificationError.missing(header: name)) { try verify(good.with(name, nil)) }
        #expect(throws: VerificationError.missing(header: name)) { try verify(good.with(name, "")) }
        #expect(throws: VerificationError.repeated(header: name)) { try verify(good + [(name.uppercased(), "x")]) }
    }

    @Test(arguments: [
        "hello", "1614265330.5", "-1614265330", "+1614265330", " 1614265330", "0x60", "99999999999999999999",
    ])
    func `a timestamp that is no number of seconds is refused`(text: String) throws {
        let bad = try headers().with("webhook-timestamp", text)
        #expect(throws: VerificationError.invalidTimestamp) { try verify(bad) }
    }

    @Test func `five minutes are tolerated in both directions, and no second more`() throws {
        let good = try headers()
        try verify(good, after: 300)
        try verify(good, after: -300)
        #expect(throws: VerificationError.tooOld(seconds: 301)) { try verify(good, after: 301) }
        #expect(throws: VerificationError.tooNew(seconds: 301)) { try verify(good, after: -301) }
        let absurd = good.with("webhook-timestamp", String(Int64.max))
        #expect(throws: VerificationError.self) { try verify(absurd) }
    }

    @Test func `the tolerance can be set`() throws {
        let verifier = SignatureVerifier(secrets: [try Secret(vector.secret)], tolerance: 10)
        let good = try headers()
        try verifier.verify(headers: good, body: body, now: vector.timestamp + 10)
        #expect(throws: VerificationError.tooOld(seconds: 11)) {
            try verifier.verify(headers: good, body: body, now: vector.timestamp + 11)
        }
    }

    @Test func `a wrong signature, another body, id, time or secret does not fit`() throws {
        let good = try headers()
        let mismatch = VerificationError.mismatch(header: "webhook-signature")
        let wrong = "v1,g0hM9SsE+OTPJTGt/dmIKtSyZlE3uFJELVlNIOLJ1OE="
        #expect(throws: mismatch) { try verify(good.with("webhook-signature", wrong)) }
        #expect(throws: mismatch) { try verify(good.with("webhook-signature", "v1,g0hM9SsE+OTPJTGt")) }
        #expect(throws: mismatch) { try verify(good.with("webhook-signature", "v1,")) }
        #expect(throws: mismatch) { try verify(good.with("webhook-signature", vector.signature + "=")) }
        #expect(throws: mismatch) { try verify(good.with("webhook-id", "msg_other")) }
        #expect(throws: mismatch) { try verify(good.with("webhook-timestamp", String(vector.timestamp + 1))) }
        #expect(throws: mismatch) { try verify(good, body: Array(#"{"test":2432232314}"#.utf8)) }
        #expect(throws: mismatch) { try verify(good, secrets: [Vector.published[1].secret]) }
        #expect(throws: mismatch) { try verify(good, secrets: []) }
    }

    @Test(arguments: ["", "g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=", "v2,g0hM9SsE", "v1a,g0hM9SsE", "v1", ","])
    func `a field without any v1 signature says so`(text: String) throws {
        let bad = try headers().with("webhook-signature", text)
        let error: VerificationError =
            text.isEmpty ? .missing(header: "webhook-signature") : .noKnownSignature(header: "webhook-signature")
        #expect(throws: error) { try verify(bad) }
    }

    @Test func `one good signature among others and unknown versions is enough`() throws {
        let signatures = [
            "v1,Ceo5qEr07ixe2NLpvHk3FH9bwy/WavXrAFQ/9tdO6mc=", "v2,Ceo5qEr07ixe2NLpvHk3FH9bwy/WavXrAFQ/9tdO6mc=",
            "v1a,hnO3f9T8Ytu9HwrXslvumlUpqtNVqkhqw", "nonsense", vector.signature, "v1,",
        ]
        try verify(try headers().with("webhook-signature", signatures.joined(separator: " ")))
        try verify(try headers().with("webhook-signature", signatures.reversed().joined(separator: "  ")))
    }

    @Test func `during rotation a receiver may hold either secret or both`() throws {
        let other = Vector.published[1].secret
        let keys = SigningKeys(current: try Secret(vector.secret), previous: try Secret(other))
        let fields = Signer().sign(id: "i", timestampSeconds: vector.timestamp, body: body, keys: keys)
        try verify(fields, secrets: [vector.secret])
        try verify(fields, secrets: [other])
        try verify(fields, secrets: [Secret.generate().revealed, other])
        for held in [vector.secret, other] {
            try SignatureVerifier(secrets: [try Secret(held)]).verifyHex(headers: fields, body: body)
        }
    }

    @Test func `the hex form is checked over the body`() throws {
        let good = try headers()
        let verifier = SignatureVerifier(secrets: [try Secret(vector.secret)])
        try verifier.verifyHex(headers: good, body: body)
        #expect(throws: VerificationError.missing(header: "x-postback-signature")) {
            try verifier.verifyHex(headers: good.with("x-postback-signature", nil), body: body)
        }
        #expect(throws: VerificationError.mismatch(header: "x-postback-signature")) {
            try verifier.verifyHex(headers: good, body: body + [0x20])
        }
        let upper = good["x-postback-signature"]?.uppercased()
        #expect(throws: VerificationError.mismatch(header: "x-postback-signature")) {
            try verifier.verifyHex(headers: good.with("x-postback-signature", upper), body: body)
        }
    }

    @Test func `every error is one line`() {
        let errors: [VerificationError] = [
            .missing(header: "h"), .repeated(header: "h"), .invalidTimestamp, .tooOld(seconds: 1), .tooNew(seconds: 1),
            .noKnownSignature(header: "h"), .mismatch(header: "h"), .malformedToken, .tokenAlgorithm,
            .tokenExpired(seconds: 1), .tokenClaim("c"),
        ]
        for error in errors { #expect(!error.description.isEmpty && !error.description.contains("\n")) }
        #expect(Set(errors.map(\.description)).count == errors.count)
    }
}
