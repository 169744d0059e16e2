import Testing

@testable import Signing

@Suite struct SignerTests {
    private let signer = Signer()

    @Test(arguments: Vector.published)
    func `the published vectors come out`(vector: Vector) throws {
        let fields = signer.sign(
            id: vector.id,
            timestampSeconds: vector.timestamp,
            body: Array(vector.body.utf8),
            keys: try vector.keys()
        )
        #expect(fields.map(\.name) == ["webhook-id", "webhook-timestamp", "webhook-signature", "x-postback-signature"])
        #expect(fields["webhook-id"] == vector.id)
        #expect(fields["webhook-timestamp"] == String(vector.timestamp))
        #expect(fields["webhook-signature"] == vector.signature)
    }

    @Test func `the hex signature covers the body alone and is keyed with the secret's text`() throws {
        // printf '%s' '{"test": 2432232314}' | openssl dgst -sha256 -hmac whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw
        let vector = Vector.published[0]
        for (id, timestamp) in [("a", Int64(1)), ("b", 2)] {
            let fields = signer.sign(
                id: id,
                timestampSeconds: timestamp,
                body: Array(vector.body.utf8),
                keys: try vector.keys()
            )
            #expect(
                fields["x-postback-signature"] == "80ec8a89ce3cd22133a1066caecb4d04fea7467657c8514d717ec42c38a5c94c"
            )
        }
    }

    @Test func `an empty body can be signed`() throws {
        let keys = try Vector.published[0].keys()
        let fields = signer.sign(id: "e", timestampSeconds: 1, body: [], keys: keys)
        #expect(fields["x-postback-signature"] == "da5f5865984e699a69cfec62ce49a76daf8ae4601b54a781fa13f3b2d3b2088a")
        #expect(throws: Never.self) {
            try SignatureVerifier(secrets: [keys.current]).verify(headers: fields, body: [], now: 1)
        }
    }

    @Test func `during rotation both secrets sign, the current one first`() throws {
        let (old, new) = (Vector.published[0], Vector.published[1])
        let keys = SigningKeys(current: try Secret(new.secret), previous: try Secret(old.secret))
        let body = Array(old.body.utf8)
        let fields = signer.sign(id: old.id, timestampSeconds: old.timestamp, body: body, keys: keys)
        let alone = signer.sign(id: old.id, timestampSeconds: old.timestamp, body: body, keys: try new.keys())
        #expect(fields["webhook-signature"] == "\(alone["webhook-signature"] ?? "") \(old.signature)")
        #expect(fields["x-postback-signature"] == alone["x-postback-signature"])
        #expect(
            fields["x-postback-signature-previous"]
                == "80ec8a89ce3cd22133a1066caecb4d04fea7467657c8514d717ec42c38a5c94c"
        )
    }

    @Test func `the previous secret stops signing at its time`() throws {
        let keys = SigningKeys(
            current: try Secret(Vector.published[0].secret),
            previous: try Secret(Vector.published[1].secret),
            previousUntil: 2_000_000
        )
        let before = signer.sign(id: "i", timestampSeconds: 1999, body: [1], keys: keys, jwt: true)
        let after = signer.sign(id: "i", timestampSeconds: 2000, body: [1], keys: keys, jwt: true)
        #expect(before["x-postback-signature-previous"] != nil)
        #expect(before["webhook-signature"]?.split(separator: " ").count == 2)
        #expect(after["x-postback-signature-previous"] == nil)
        #expect(after["webhook-signature"]?.split(separator: " ").count == 1)
        #expect(keys.active(atMilliseconds: 1_999_999).count == 2)
        #expect(keys.active(atMilliseconds: 2_000_000) == [keys.current])
        #expect(SigningKeys(current: keys.current, previous: keys.previous).active(atMilliseconds: .max).count == 2)
    }

    @Test func `one secret signs from many tasks at once`() async throws {
        let vector = Vector.published[0]
        let keys = try vector.keys()
        await withTaskGroup(of: Int.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    (0..<500).count { _ in
                        let fields = Signer().sign(
                            id: vector.id,
                            timestampSeconds: vector.timestamp,
                            body: Array(vector.body.utf8),
                            keys: keys
                        )
                        return fields["webhook-signature"] != vector.signature
                    }
                }
            }
            for await wrong in group { #expect(wrong == 0) }
        }
    }
}
