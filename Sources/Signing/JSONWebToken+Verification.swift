import Foundation

extension JSONWebToken {
    /// The claims that are looked at; names as on the wire.
    struct Claims: Decodable {
        let iss: String?
        let jti: String?
        let iat: Int64?
        let exp: Int64?
        let body_sha256: String?
    }

    private struct Header: Decodable {
        let alg: String?
    }

    /// The claims of a token that one of the secrets signed. Nothing in it is looked at before its signature, but for the algorithm,
    /// which is never taken from the token: it must be HS256.
    static func claims(
        in token: some StringProtocol,
        signedBy secrets: [Secret]
    ) throws(VerificationError) -> Claims {
        let parts = token.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, let header: Header = decode(parts[0]) else { throw .malformedToken }
        guard header.alg == "HS256" else { throw .tokenAlgorithm }
        let signed = "\(parts[0]).\(parts[1])"
        let received = Array(parts[2].utf8)
        guard secrets.contains(where: { constantTimeEquals(Array(signature(of: signed, $0).utf8), received) }) else {
            throw .mismatch(header: SignatureHeader.authorization)
        }
        guard let claims: Claims = decode(parts[1]) else { throw .malformedToken }
        return claims
    }

    private static func decode<Value: Decodable>(_ part: some StringProtocol) -> Value? {
        Base64.decode(part, .url).flatMap { try? JSONDecoder().decode(Value.self, from: Data($0)) }
    }
}
