/// A shared secret: `whsec_` and the base64 of 24 to 64 bytes (contract section 4; Standard Webhooks 1.0, "Signature scheme").
///
/// It signs in two ways: the Standard Webhooks signature is keyed with the decoded bytes, the hex signature and the token
/// with the UTF-8 text of the whole secret, because that is what a receiver without a library has at hand. Neither form is
/// shown by a description, a mirror or an error.
package struct Secret: Sendable {
    /// What every secret begins with.
    package static let prefix = "whsec_"
    /// How many bytes may stand behind the prefix, decoded.
    package static let keyLengths = 24...64

    /// Fewer distinct bytes than this are no random key: 24 random bytes have fewer than 8 about once in 10^19.
    private static let distinctBytesNeeded = 8

    private let storage: Storage

    /// Reads a secret as it is configured. The base64 may lack its padding, but is otherwise strict.
    package init(_ text: String) throws(SecretError) {
        guard !text.isEmpty else { throw .empty }
        guard text.hasPrefix(Self.prefix) else { throw .missingPrefix }
        guard let key = Base64.decode(text.dropFirst(Self.prefix.count)) else { throw .notBase64 }
        guard key.count >= Self.keyLengths.lowerBound else { throw .tooShort(bytes: key.count) }
        guard key.count <= Self.keyLengths.upperBound else { throw .tooLong(bytes: key.count) }
        guard Set(key).count >= Self.distinctBytesNeeded else { throw .guessable }
        self.storage = Storage(text: text, key: key)
    }

    private init(key: [UInt8]) {
        self.storage = Storage(text: Self.prefix + Base64.encode(key), key: key)
    }

    /// Makes a new secret of 32 random bytes.
    package static func generate() -> Secret {
        while true {
            let key = randomBytes(32)
            if Set(key).count >= distinctBytesNeeded { return Secret(key: key) }
        }
    }

    /// The secret in clear: only for handing it to its owner, as `postback secret` does.
    package var revealed: String { storage.text }

    /// Keyed with the decoded bytes.
    var decodedKey: MACKey { storage.decodedKey }
    /// Keyed with the UTF-8 text of the whole secret.
    var textKey: MACKey { storage.textKey }

    /// Shared by all copies of a secret, so that its keys are set up once.
    private final class Storage: Sendable {
        let text: String
        let decodedKey: MACKey
        let textKey: MACKey

        init(text: String, key: [UInt8]) {
            self.text = text
            self.decodedKey = MACKey(key)
            self.textKey = MACKey(Array(text.utf8))
        }
    }
}

extension Secret: Hashable {
    /// Compares in constant time for texts of one length.
    package static func == (left: Secret, right: Secret) -> Bool {
        constantTimeEquals(Array(left.storage.text.utf8), Array(right.storage.text.utf8))
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(storage.text)
    }
}

extension Secret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { "whsec_***" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: [:]) }
}
