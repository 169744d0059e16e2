/// Which events a route takes; a criterion that is `nil` takes any.
package struct RouteMatch: Hashable, Sendable {
    /// `job.completed`, or with a last part `*` any type that begins so: `job.*`; `*` alone is any type.
    package var type: String?
    package var productID: String?
    package var tenant: String?
    package var queue: String?

    /// Makes a match of the criteria that are given.
    package init(type: String? = nil, productID: String? = nil, tenant: String? = nil, queue: String? = nil) {
        self.type = type
        self.productID = productID
        self.tenant = tenant
        self.queue = queue
    }

    /// Whether every criterion holds for the event.
    package func takes(_ event: Event) -> Bool {
        (type.map { Self.type(event.type, matches: $0) } ?? true)
            && (productID.map { $0 == event.productID } ?? true)
            && (tenant == nil || tenant.hasSameBytes(as: event.tenant))
            && (queue.map { $0 == event.queue } ?? true)
    }

    /// Whether an event of this tenant may be signed with the route's secrets at all: not when both name one, and it is not the same.
    package func maySend(for other: String?) -> Bool {
        tenant == nil || other == nil || tenant.hasSameBytes(as: other)
    }

    static func type(_ type: String, matches pattern: String) -> Bool {
        if pattern == "*" { return true }
        guard pattern.hasSuffix(".*") else { return type == pattern }
        return type.utf8.count >= pattern.utf8.count && type.hasPrefix(pattern.dropLast())
    }
}
