/// Makes the headers that let a receiver check where a request comes from (contract section 4).
///
/// It has no state of its own: what is costly to set up lives with the ``Secret`` and is shared.
package struct Signer: Sendable {
    /// A field to be sent.
    package typealias Field = (name: String, value: String)

    /// Makes a signer.
    package init() {}

    /// The header fields of an attempt, in the order in which the contract lists them.
    ///
    /// - Parameters:
    ///   - id: the event's id, without a full stop.
    ///   - timestampSeconds: Unix seconds of this attempt; also decides whether the previous secret still signs.
    ///   - body: the bytes that are sent.
    ///   - keys: the destination's secrets.
    ///   - jwt: whether a token is wanted too.
    package func sign(
        id: String,
        timestampSeconds: Int64,
        body: [UInt8],
        keys: SigningKeys,
        jwt: Bool = false
    ) -> [Field] {
        let previous = keys.previous(atMilliseconds: timestampSeconds &* 1000)
        let timestamp = String(timestampSeconds)
        let head = Self.signedHead(id: id, timestamp: timestamp)

        var signature = Self.standard(keys.current, head, body)
        if let previous { signature += " " + Self.standard(previous, head, body) }
        var fields: [Field] = []
        fields.reserveCapacity(6)
        fields.append((SignatureHeader.id, id))
        fields.append((SignatureHeader.timestamp, timestamp))
        fields.append((SignatureHeader.signature, signature))
        fields.append((SignatureHeader.hex, Self.hex(keys.current, body)))
        if let previous { fields.append((SignatureHeader.previousHex, Self.hex(previous, body))) }
        if jwt {
            let token = JSONWebToken.make(id: id, issuedAt: timestampSeconds, body: body, secret: keys.current)
            fields.append((SignatureHeader.authorization, "Bearer " + token))
        }
        return fields
    }

    /// What stands before the body in the content that Standard Webhooks signs: `id.timestamp.`
    static func signedHead(id: String, timestamp: String) -> [UInt8] {
        var head = [UInt8]()
        head.reserveCapacity(id.utf8.count + timestamp.utf8.count + 2)
        head.append(contentsOf: id.utf8)
        head.append(UInt8(ascii: "."))
        head.append(contentsOf: timestamp.utf8)
        head.append(UInt8(ascii: "."))
        return head
    }

    /// One entry of `webhook-signature`.
    static func standard(_ secret: Secret, _ head: [UInt8], _ body: [UInt8]) -> String {
        "v1," + Base64.encode(secret.decodedKey.code(head: head, of: body))
    }

    /// The value of `x-postback-signature`.
    static func hex(_ secret: Secret, _ body: [UInt8]) -> String {
        Hexadecimal.encode(secret.textKey.code(of: body))
    }
}
