import Signing

/// Which of a delivery's signatures are there, and whether each is good.
struct VerificationReport {
    /// One signature and what is wrong with it; `nil`: nothing.
    private var checks: [(name: String, trouble: String?)] = []

    /// Checks every kind of signature whose header is there.
    ///
    /// - Parameter now: Unix seconds.
    init(fields: [(name: String, value: String)], body: [UInt8], verifier: SignatureVerifier, now: Int64) {
        let names = Set(fields.map { $0.name.lowercased() })
        if names.contains(SignatureHeader.signature) {
            check(SignatureHeader.signature) { () throws(VerificationError) in
                try verifier.verify(headers: fields, body: body, now: now)
            }
        }
        if names.contains(SignatureHeader.hex) {
            check(SignatureHeader.hex) { () throws(VerificationError) in
                try verifier.verifyHex(headers: fields, body: body)
            }
        }
        // Any other scheme is the destination's own way in, and signs nothing.
        let authorization = fields.first { $0.name.lowercased() == SignatureHeader.authorization }?.value
        if authorization?.lowercased().hasPrefix("bearer ") == true, authorization?.count(where: { $0 == "." }) == 2 {
            check(SignatureHeader.authorization) { () throws(VerificationError) in
                try verifier.verifyToken(headers: fields, body: body, now: now)
            }
        }
    }

    /// Whether there is a signature, and all are good.
    var isGood: Bool { !checks.isEmpty && checks.allSatisfy { $0.trouble == nil } }

    /// What a person is told, a line for each signature.
    var lines: [String] {
        guard !checks.isEmpty else { return ["no signature header is there"] }
        return checks.map { "\($0.name): \($0.trouble.map { "refused: \($0)" } ?? "good")" }
    }

    /// All of it in a few words.
    var summary: String {
        guard !checks.isEmpty else { return "unsigned" }
        let bad = checks.filter { $0.trouble != nil }
        if bad.isEmpty { return "verified" }
        return "NOT VERIFIED (" + bad.map { "\($0.name): \($0.trouble ?? "")" }.joined(separator: "; ") + ")"
    }

    private mutating func check(_ name: String, _ verification: () throws(VerificationError) -> Void) {
        do {
            try verification()
            checks.append((name, nil))
        } catch {
            checks.append((name, "\(error)"))
        }
    }
}
