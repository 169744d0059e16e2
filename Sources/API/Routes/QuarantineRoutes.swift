import Deliveries
import HTTPTypes
import Hummingbird
import Ledger

/// Entries that could not be used. They belong to no tenant until they can be read, so keys of a tenant do not see them.
struct QuarantineRoutes {
    private static let path = "/api/quarantine"

    let dependencies: APIDependencies

    var endpoints: [Endpoint] {
        [
            .keyed(.get, Self.path, .system, parameters: ListPage.parameters, respond: list),
            .keyed(.get, Self.path + "/{id}", .system, respond: show),
            .keyed(.delete, Self.path + "/{id}", .system, respond: discard),
            .keyed(.post, Self.path + "/{id}/redrive", .system, respond: redrive),
        ]
    }

    private func list(_ call: Call, _ key: APIKey) async throws -> Response {
        let list = try ListPage(call.parameters)
        var query = QuarantineQuery(limit: list.limit)
        if let cursor = list.cursor {
            guard let id = Call.positiveNumber(cursor) else { throw ListPage.badCursor }
            query.after = id
        }
        let page = try await dependencies.ledger.quarantine(query)
        return list.response(
            items: page.items.map { .object($0.members) },
            next: page.hasMore ? page.items.last.map { String($0.id) } : nil,
            path: Self.path
        )
    }

    private func show(_ call: Call, _ key: APIKey) async throws -> Response {
        let entry = try await find(try call.quarantineID())
        return Response(.object(entry.members + [(name: "fields", value: entry.fields)]))
    }

    private func discard(_ call: Call, _ key: APIKey) async throws -> Response {
        let id = try call.quarantineID()
        guard try await dependencies.quarantine.discard(id, requestedBy: key.name) else { throw Self.missing(id) }
        return Response(status: .noContent)
    }

    private func redrive(_ call: Call, _ key: APIKey) async throws -> Response {
        let id = try call.quarantineID()
        _ = try await JSONBody(of: call.request, known: [])
        switch try await dependencies.quarantine.redrive(id, requestedBy: key.name) {
        case .admitted: return Self.accepted(id, result: "admitted")
        case .duplicate: return Self.accepted(id, result: "duplicate")
        case .quarantined, .conflict:
            let entry = try await find(id)
            throw Problem(.stillUnusable, "entry \(id) stays in quarantine: \(entry.field): \(entry.reason)")
        case nil: throw Self.missing(id)
        }
    }

    private func find(_ id: Int64) async throws -> QuarantineEntry {
        guard let entry = try await dependencies.ledger.quarantineEntry(id) else { throw Self.missing(id) }
        return entry
    }

    private static func missing(_ id: Int64) -> Problem { .notFound("quarantined entry \(id)") }

    private static func accepted(_ id: Int64, result: String) -> Response {
        Response(["id": JSON(id), "result": .string(result)], status: .accepted)
    }
}
