/// A key for the HTTP API, one of `api.keys`. Only its digest is kept.
package struct APIKeySetting: Hashable, Sendable {
    /// What a key may do.
    package enum Role: String, CaseIterable, Sendable {
        /// Submit jobs, publish events, and ask after them.
        case submit
        /// Everything.
        case ops
    }

    /// `name`: 1 to 64 of `A-Z a-z 0-9 _ - .`, unique. Shown in answers and logs.
    package var name: String
    /// `role`: submit or ops.
    package var role: Role
    /// `tenant`: the only tenant the key may act for. Default `nil`: any.
    package var tenant: String?
    private let digest: KeyDigest

    /// Makes a setting of a key in clear.
    package init(name: String, key: String, role: Role, tenant: String? = nil) {
        self.name = name
        self.role = role
        self.tenant = tenant
        self.digest = KeyDigest(of: key.utf8)
    }

    /// Whether this is the key that a client presented; takes the same time for every key.
    package func accepts(_ presented: KeyDigest) -> Bool { digest.matches(presented) }

    func isSameKey(as other: APIKeySetting) -> Bool { digest == other.digest }
}

extension APIKeySetting: CustomStringConvertible, CustomReflectable {
    package var description: String { "\(name) (\(role.rawValue)\(tenant.map { ", tenant \($0)" } ?? ""))" }
    package var customMirror: Mirror { Mirror(self, children: ["key": description]) }
}
