import Deliveries
import Hummingbird
import Ledger

/// Deliveries: the list, one of them, and what can be done with it.
struct DeliveryRoutes {
    private static let path = "/api/deliveries"

    let dependencies: APIDependencies

    var endpoints: [Endpoint] {
        [
            .keyed(
                .get,
                Self.path,
                .role(.ops),
                parameters: DeliveryFilter.parameters + ListPage.parameters,
                respond: list
            ),
            .keyed(.get, Self.path + "/{id}", .role(.ops), respond: show),
            .keyed(.post, Self.path + "/{id}/replay", .role(.ops), respond: replay),
            .keyed(.post, Self.path + "/{id}/cancel", .role(.ops), respond: cancel),
        ]
    }

    private func list(_ call: Call, _ key: APIKey) async throws -> Response {
        let filter = try DeliveryFilter(call.parameters, now: dependencies.now())
        let list = try ListPage(call.parameters)
        var query = filter.query
        query.limit = list.limit
        query.tenant = try key.scope(asked: filter.query.tenant)
        if let cursor = list.cursor {
            guard let id = DeliveryID(cursor) else { throw ListPage.badCursor }
            query.after = id
        }
        let page = try await dependencies.ledger.deliveries(query)
        return list.response(
            items: page.items.map { .object($0.members(showsQuery: false)) },
            next: page.hasMore ? page.items.last?.id.description : nil,
            path: Self.path,
            filters: filter.pairs
        )
    }

    private func show(_ call: Call, _ key: APIKey) async throws -> Response {
        let id = try call.deliveryID()
        return Response(.object(try await find(id, for: key).members(userAgent: dependencies.userAgent)))
    }

    private func replay(_ call: Call, _ key: APIKey) async throws -> Response {
        let id = try call.deliveryID()
        let force = try await JSONBody(of: call.request, known: ["force"]).flag("force") ?? false
        try await check(id, for: key)
        switch try await dependencies.deliveries.replay(id, force: force, requestedBy: key.name) {
        case .replayed:
            return Response(
                ["id": .string(id.description), "status": JSON(DeliveryStatus.pending)],
                status: .accepted
            )
        case .alreadyDelivered:
            throw Problem(.alreadyDelivered, "delivery \(id) was delivered; send {\"force\":true} to deliver it again")
        case .notFound: throw Problem.notFound("delivery \(id)")
        }
    }

    private func cancel(_ call: Call, _ key: APIKey) async throws -> Response {
        let id = try call.deliveryID()
        _ = try await JSONBody(of: call.request, known: [])
        try await check(id, for: key)
        let (answer, isUnderWay) = try await dependencies.deliveries.cancel(id, requestedBy: key.name)
        switch answer {
        case .cancelled:
            return Response(
                [
                    "id": .string(id.description), "status": JSON(DeliveryStatus.cancelled),
                    "attempt_under_way": JSON(isUnderWay),
                ],
                status: .accepted
            )
        case .alreadyEnded(let status):
            throw Problem(.alreadyEnded, "delivery \(id) has ended as \(status.rawValue)")
        case .notFound: throw Problem.notFound("delivery \(id)")
        }
    }

    /// A key of a tenant must not act on, or learn of, a delivery of another.
    private func check(_ id: DeliveryID, for key: APIKey) async throws {
        if key.tenant != nil { _ = try await find(id, for: key) }
    }

    private func find(_ id: DeliveryID, for key: APIKey) async throws -> DeliveryDetail {
        guard let delivery = try await dependencies.ledger.delivery(id), key.covers(tenant: delivery.summary.tenant)
        else {
            throw Problem.notFound("delivery \(id)")
        }
        return delivery
    }
}
