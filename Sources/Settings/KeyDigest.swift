import Signing

/// The digest of an API key, which stands for the key: keys are compared by it, and only it is kept.
package struct KeyDigest: Hashable, Sendable {
    /// SHA-256, 32 bytes.
    private let bytes: [UInt8]

    /// The digest of a key in clear.
    package init(of key: some Sequence<UInt8>) {
        bytes = sha256(Array(key))
    }

    /// Whether both are of the same key; takes the same time whatever they are.
    func matches(_ other: KeyDigest) -> Bool { constantTimeEquals(bytes, other.bytes) }
}
