import Deliveries
import HTTPTypes
import Hummingbird
import Ledger

/// Events over HTTP, for workers without Redis.
struct EventRoutes {
    /// Bytes of the body at most: the contract's 1 MiB of `data`, and an envelope.
    static let bodyLimit = 1_153_434

    /// The members of the body that are text, as they are called on the stream too.
    private static let textMembers = [
        "type", "id", "job_id", "product_id", "queue", "tenant", "timestamp", "callback_url", "failure_url", "route",
        "traceparent",
    ]

    let dependencies: APIDependencies

    var endpoints: [Endpoint] {
        [.keyed(.post, "/api/events", .role(.submit), countedAs: .events, respond: publish)]
    }

    private func publish(_ call: Call, _ key: APIKey) async throws -> Response {
        let body = try await JSONBody(
            of: call.request,
            known: Self.textMembers + ["data"],
            limit: Self.bodyLimit
        )
        let fields = try fields(of: body, headers: call.request.headers, key: key)
        do {
            try dependencies.validate(fields, key.tenant)
        } catch {
            throw Problem.invalid(error.field.rawValue, error.reason)
        }
        let id = fields.first { $0.name.elementsEqual("id".utf8) }.map { String(decoding: $0.value, as: UTF8.self) }
        if let id, let tenant = key.tenant { try await checkOwner(of: id, tenant) }
        let entryID = try await dependencies.events.publish(fields)
        return Response(["id": .string(id ?? "evt_\(entryID)"), "entry_id": .string(entryID)], status: .accepted)
    }

    /// Ids are one name space, and the first event of an id counts: a tenant is told when another has taken it, as far as that is
    /// in the ledger already.
    private func checkOwner(of id: String, _ tenant: String) async throws {
        var query = DeliveryQuery(limit: 1)
        query.eventID = id
        let found = try await dependencies.ledger.deliveries(query).items.first
        guard let found, !found.tenant.hasSameBytes(as: tenant) else { return }
        throw Problem(
            .idempotencyConflict,
            "id: \(quoted(id)) is taken by an event that is not of tenant \(quoted(tenant)); choose another",
            field: "id"
        )
    }

    /// The fields as a worker would put them on the stream. An empty text counts as absent there, so it is left out.
    private func fields(of body: JSONBody, headers: HTTPFields, key: APIKey) throws(Problem) -> [EventField] {
        var texts: [String: String] = [:]
        for name in Self.textMembers {
            if let text = try body.text(name), !text.isEmpty { texts[name] = text }
        }
        if let given = headers[field: .idempotencyKey] {
            let id = try Self.eventID(idempotencyKey: given)
            texts["id"] = texts["id"] ?? id
        }
        if texts["traceparent"] == nil { texts["traceparent"] = headers[field: .traceparent] }
        if let tenant = key.tenant {
            guard key.covers(tenant: texts["tenant"] ?? tenant) else {
                throw Problem(
                    .forbidden,
                    "tenant: key \(quoted(key.name)) may publish for its own tenant only",
                    field: "tenant"
                )
            }
            texts["tenant"] = tenant
        }
        var fields = Self.textMembers.compactMap { name in texts[name].map { EventField(name, $0) } }
        if let data = try body.object("data") {
            fields.append(EventField(name: Array("data".utf8), value: data))
        }
        return fields
    }

    /// The id that an `Idempotency-Key` stands for. Its draft standard writes it as a quoted string; most clients do not.
    private static func eventID(idempotencyKey given: String) throws(Problem) -> String {
        let isQuoted = given.count >= 2 && given.hasPrefix("\"") && given.hasSuffix("\"")
        let id = isQuoted ? String(given.dropFirst().dropLast()) : given
        let isID = (1...128).contains(id.utf8.count) && id.utf8.allSatisfy(isIDCharacter)
        guard isID else { throw .invalid("Idempotency-Key", "must be 1 to 128 of A-Z a-z 0-9 _ - :") }
        return id
    }

    private static func isIDCharacter(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: ":"):
            true
        default: false
        }
    }
}
