import Deliveries
import Hummingbird
import Ledger

/// Destinations: how they stand, and what stops, starts and tests them. They serve all tenants.
struct DestinationRoutes {
    private static let path = "/api/destinations"
    /// How far back attempts count for rates and latency: a day.
    private static let window: Int64 = 86_400_000

    let dependencies: APIDependencies

    var endpoints: [Endpoint] {
        [
            .keyed(.get, Self.path, .system, parameters: ListPage.parameters, respond: list),
            .keyed(.post, Self.path + "/{name}/pause", .system) { call, key in
                try await change(call) { name throws(DestinationControlError) in
                    try await dependencies.destinations.pause(name, requestedBy: key.name)
                }
            },
            .keyed(.post, Self.path + "/{name}/resume", .system) { call, key in
                try await change(call) { name throws(DestinationControlError) in
                    try await dependencies.destinations.resume(name, requestedBy: key.name)
                }
            },
            .keyed(.post, Self.path + "/{name}/test", .system, respond: test),
        ]
    }

    /// What the dispatcher knows beside what the ledger counts, by name.
    private func list(_ call: Call, _ key: APIKey) async throws -> Response {
        let list = try ListPage(call.parameters)
        let since = dependencies.now().advanced(byMilliseconds: -Self.window)
        var counts: [String: DestinationStatistics] = [:]
        for statistics in try await dependencies.ledger.destinationStatistics(since: since) {
            counts[statistics.destination] = statistics
        }
        var states: [String: DestinationState] = [:]
        for state in await dependencies.destinations.destinations() { states[state.name] = state }
        for (name, statistics) in counts {
            // The dispatcher forgets destinations of URLs that came with events while they rest; any other was a route's.
            let isAtRest = name.hasPrefix(RouteTable.callbackPrefix)
            var state = states[name] ?? DestinationState(name: name, isConfigured: isAtRest)
            // Where one of a URL that came with an event leads is in the ledger only.
            state.url = state.url ?? statistics.url
            states[name] = state
        }
        let after = list.cursor ?? ""
        let names = states.keys.filter { $0 > after }.sorted()
        let items = names.prefix(list.limit).compactMap { name in
            states[name].map { state in
                JSON.object(
                    state.members + [(name: "statistics", value: counts[name].map { $0.json(since: since) } ?? .null)]
                )
            }
        }
        let next = names.count > list.limit ? names[list.limit - 1] : nil
        return list.response(items: items, next: next, path: Self.path)
    }

    private func change(
        _ call: Call,
        _ operation: (String) async throws(DestinationControlError) -> DestinationState
    ) async throws -> Response {
        let name = call.pathValue("name")
        _ = try await JSONBody(of: call.request, known: [])
        do {
            return Response(.object(try await operation(name).members))
        } catch {
            throw Problem(error, name: name)
        }
    }

    private func test(_ call: Call, _ key: APIKey) async throws -> Response {
        let name = call.pathValue("name")
        _ = try await JSONBody(of: call.request, known: [])
        do {
            let test = try await dependencies.destinations.test(name, requestedBy: key.name)
            return Response(.object([(name: "destination", value: .string(name))] + test.members))
        } catch {
            throw Problem(error, name: name)
        }
    }
}
