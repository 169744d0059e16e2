/// Why a text is not a secret. What to do: configure another one; `postback secret` makes them. No message repeats any of
/// the text.
package enum SecretError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Nothing there.
    case empty
    /// Does not begin with `whsec_`.
    case missingPrefix
    /// What follows the prefix is not base64 in the standard alphabet.
    case notBase64
    /// Fewer bytes than ``Secret/keyLengths`` allows: weak.
    case tooShort(bytes: Int)
    /// More bytes than ``Secret/keyLengths`` allows.
    case tooLong(bytes: Int)
    /// So few distinct bytes that nobody drew them at random.
    case guessable

    package var description: String {
        switch self {
        case .empty: "the secret is empty"
        case .missingPrefix: "the secret does not begin with whsec_"
        case .notBase64: "the secret is not whsec_ followed by standard base64"
        case .tooShort(let bytes): "the secret is weak: \(bytes) bytes after decoding, 24 are the least"
        case .tooLong(let bytes): "the secret is too long: \(bytes) bytes after decoding, 64 are the most"
        case .guessable: "the secret is weak: its bytes repeat and are not random"
        }
    }
}
