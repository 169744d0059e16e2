import Hummingbird

/// Who the key is: a cheap test of a credential.
struct AccountRoutes {
    var endpoints: [Endpoint] {
        [
            .keyed(.get, "/api/me", .role(.submit)) { _, key in
                Response(["name": .string(key.name), "role": JSON(key.role), "tenant": JSON(key.tenant)])
            }
        ]
    }
}
