internal import Signing

/// Signed requests: of everything that is made out of genuine ones, only what says the same is taken.
///
/// An input is header fields that end in 0x1E, with 0x1F between name and value; the rest is the body.
package struct SignatureVerifierFuzzer: Fuzzer {
    package let name = "signature"

    package let seeds: [[UInt8]]

    package let tokens = [
        "\u{1E}", "\u{1F}", "webhook-id\u{1F}", "webhook-timestamp\u{1F}", "webhook-signature\u{1F}v1,",
        "authorization\u{1F}Bearer ", "v1,", "v1a,",
        " ", "=", "==", ".", "..", "eyJhbGciOiJub25lIn0", "{}", "null",
    ].map { Array($0.utf8) }

    private static let now: Int64 = 1_705_312_800
    private static let id = "evt_1705312800000-0"
    private static let body = Array(#"{"event_id":"evt_1705312800000-0","status":"completed"}"#.utf8)
    private let verifier: SignatureVerifier

    /// Makes the fuzzer.
    package init() {
        let secrets = ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"]
            .compactMap { try? Secret($0) }
        verifier = SignatureVerifier(secrets: secrets)
        seeds = secrets.map { secret in
            Signer().sign(
                id: Self.id,
                timestampSeconds: Self.now,
                body: Self.body,
                keys: SigningKeys(current: secret, previous: secrets.first, previousUntil: nil),
                jwt: true
            ).flatMap { Array($0.name.utf8) + [0x1F] + Array($0.value.utf8) + [0x1E] } + Self.body
        }
    }

    package func check(_ input: [UInt8]) throws(FuzzFinding) -> Bool {
        var parts = input.split(separator: 0x1E, omittingEmptySubsequences: false)
        let body = Array(parts.removeLast())
        let headers = parts.map { part -> SignatureVerifier.Field in
            let end = part.firstIndex(of: 0x1F) ?? part.endIndex
            return (
                String(decoding: part[..<end], as: UTF8.self), String(decoding: part[end...].dropFirst(), as: UTF8.self)
            )
        }
        let now = Self.now + 10
        let standard = Self.isTaken { () throws(VerificationError) in
            try verifier.verify(headers: headers, body: body, now: now)
        }
        let hex = Self.isTaken { () throws(VerificationError) in try verifier.verifyHex(headers: headers, body: body) }
        let token = Self.isTaken { () throws(VerificationError) in
            try verifier.verifyToken(headers: headers, body: body, now: now)
        }
        guard body == Self.body || !(standard || hex || token) else { throw FuzzFinding("another body is taken") }
        let isSameID = Self.value(SignatureHeader.id, headers) == Self.id
        if standard, !isSameID || Self.value(SignatureHeader.timestamp, headers) != String(Self.now) {
            throw FuzzFinding("another id or timestamp is taken")
        }
        if token, Self.value(SignatureHeader.id, headers) != nil, !isSameID {
            throw FuzzFinding("another id is taken with the token")
        }
        return standard
    }

    private static func isTaken(_ verify: () throws(VerificationError) -> Void) -> Bool {
        do throws(VerificationError) {
            try verify()
            return true
        } catch {
            return false
        }
    }

    private static func value(_ name: String, _ headers: [SignatureVerifier.Field]) -> String? {
        headers.first { $0.name.lowercased() == name }?.value
    }
}
