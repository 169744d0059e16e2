import Deliveries

/// Who a presented key belongs to; the key itself stays with the program that compares it.
package struct APIKey: Hashable, Sendable {
    /// The name that logs, attempts and `/api/me` show.
    package var name: String
    package var role: APIRole
    /// The tenant that it is bound to; `nil`: it sees every tenant.
    package var tenant: String?

    /// Makes the description of a key.
    package init(name: String, role: APIRole, tenant: String? = nil) {
        self.name = name
        self.role = role
        self.tenant = tenant
    }

    /// Whether the key may see and change what belongs to all tenants.
    var coversSystem: Bool { role == .ops && tenant == nil }

    /// Whether the key may see, change and publish what belongs to this tenant.
    func covers(tenant other: String?) -> Bool {
        tenant == nil || tenant.hasSameBytes(as: other)
    }

    /// The tenant whose things a list shows: the key's own, else the one that was asked for; `nil`: everything.
    func scope(asked: String?) throws(Problem) -> String? {
        guard let asked else { return tenant }
        guard covers(tenant: asked) else {
            throw Problem(.forbidden, "tenant: key \(quoted(name)) sees its own tenant only", field: "tenant")
        }
        return asked
    }
}

/// What a key may do (contract section 5).
package enum APIRole: String, Sendable, CaseIterable {
    /// Submit jobs, publish events, and see what became of them.
    case submit
    /// All that `submit` may, and look after the system.
    case ops

    /// Whether this role may do what needs `required`.
    func includes(_ required: APIRole) -> Bool { self == .ops || required == .submit }
}
