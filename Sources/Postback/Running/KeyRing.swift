import API
import Settings

/// Finds the API key that was presented. Every configured key is compared, in a time that says nothing about which one, or how
/// much of it, was right.
struct KeyRing: Sendable {
    private let keys: [APIKeySetting]

    init(_ keys: [APIKeySetting]) {
        self.keys = keys
    }

    func key(presented: [UInt8]) -> APIKey? {
        let digest = KeyDigest(of: presented)
        var found: APIKey?
        for key in keys where key.accepts(digest) {
            found = APIKey(name: key.name, role: key.role == .ops ? .ops : .submit, tenant: key.tenant)
        }
        return found
    }
}
