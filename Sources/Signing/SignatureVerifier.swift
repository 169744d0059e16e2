/// Checks a request as a receiver does: the Standard Webhooks headers like the reference libraries, and Postback's two simpler forms.
package struct SignatureVerifier: Sendable {
    /// A header field as it was received, in any case.
    package typealias Field = (name: String, value: String)

    /// What may have signed; any of them will do.
    private let secrets: [Secret]
    /// Seconds that the clocks may differ, in both directions.
    private let tolerance: Int64

    /// Makes a verifier.
    ///
    /// - Parameter tolerance: seconds; the reference libraries have 300.
    package init(secrets: [Secret], tolerance: Int64 = 300) {
        self.secrets = secrets
        self.tolerance = max(0, tolerance)
    }

    /// Checks `webhook-id`, `webhook-timestamp` and `webhook-signature`. Signatures of versions other than `v1` are passed over.
    ///
    /// - Parameter now: Unix seconds of this clock.
    package func verify(headers: [Field], body: [UInt8], now: Int64) throws(VerificationError) {
        let id = try Self.value(of: SignatureHeader.id, in: headers)
        let timestamp = try Self.value(of: SignatureHeader.timestamp, in: headers)
        let signature = try Self.value(of: SignatureHeader.signature, in: headers)
        try checkAge(timestamp, now: now)

        let entries = signature.split(separator: " ").filter { $0.hasPrefix("v1,") }
        guard !entries.isEmpty else { throw .noKnownSignature(header: SignatureHeader.signature) }
        let head = Signer.signedHead(id: id, timestamp: timestamp)
        for secret in secrets {
            let expected = Array(Signer.standard(secret, head, body).utf8)
            if entries.contains(where: { constantTimeEquals(Array($0.utf8), expected) }) { return }
        }
        throw .mismatch(header: SignatureHeader.signature)
    }

    /// Checks `x-postback-signature`, or the one of the secret that is being replaced. They cover the body alone: neither id
    /// nor age is vouched for.
    package func verifyHex(headers: [Field], body: [UInt8]) throws(VerificationError) {
        var received = [Array(try Self.value(of: SignatureHeader.hex, in: headers).utf8)]
        if headers.contains(where: { $0.name.lowercased() == SignatureHeader.previousHex }) {
            received.append(Array(try Self.value(of: SignatureHeader.previousHex, in: headers).utf8))
        }
        for secret in secrets {
            let expected = Array(Signer.hex(secret, body).utf8)
            if received.contains(where: { constantTimeEquals($0, expected) }) { return }
        }
        throw .mismatch(header: SignatureHeader.hex)
    }

    /// Checks the token in `authorization`: its signature, that it has not expired, and that it was made for this body.
    ///
    /// - Parameter now: Unix seconds of this clock.
    package func verifyToken(headers: [Field], body: [UInt8], now: Int64) throws(VerificationError) {
        let field = try Self.value(of: SignatureHeader.authorization, in: headers)
        guard field.utf8.count > 7, field.prefix(7).lowercased() == "bearer " else { throw .malformedToken }
        let claims = try JSONWebToken.claims(in: field.dropFirst(7), signedBy: secrets)
        guard claims.iss == JSONWebToken.issuer else { throw .tokenClaim("iss") }
        guard let expiry = claims.exp else { throw .tokenClaim("exp") }
        guard now < expiry else { throw .tokenExpired(seconds: now.saturatingDifference(expiry)) }
        guard let issuedAt = claims.iat, issuedAt.saturatingDifference(now) <= tolerance else {
            throw .tokenClaim("iat")
        }
        let expected = Array(Hexadecimal.encode(sha256(body)).utf8)
        guard let digest = claims.body_sha256, constantTimeEquals(Array(digest.utf8), expected) else {
            throw .tokenClaim("body_sha256")
        }
        let id = headers.first { $0.name.lowercased() == SignatureHeader.id }?.value
        guard let jti = claims.jti, !jti.isEmpty, id == nil || id == jti else { throw .tokenClaim("jti") }
    }

    private func checkAge(_ timestamp: String, now: Int64) throws(VerificationError) {
        guard timestamp.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let signedAt = Int64(timestamp) else {
            throw .invalidTimestamp
        }
        let age = now.saturatingDifference(signedAt)
        if age > tolerance { throw .tooOld(seconds: age) }
        if age < -tolerance { throw .tooNew(seconds: -max(age, -.max)) }
    }

    private static func value(of name: String, in headers: [Field]) throws(VerificationError) -> String {
        let found = headers.filter { $0.name.lowercased() == name }
        guard found.count <= 1 else { throw .repeated(header: name) }
        guard let value = found.first?.value, !value.isEmpty else { throw .missing(header: name) }
        return value
    }
}

extension Int64 {
    /// The difference, held at the ends of the range: timestamps come from outside.
    fileprivate func saturatingDifference(_ other: Int64) -> Int64 {
        let (difference, overflow) = subtractingReportingOverflow(other)
        return overflow ? (other < 0 ? .max : .min) : difference
    }
}
