import Deliveries
import Hummingbird
import JobQueue

/// Queues: how they stand, and what stops, starts and tidies them. They serve all tenants.
struct QueueRoutes {
    private static let path = "/api/queues"
    /// Jobs that one request may forget.
    private static let cleanLimit = 1000

    let dependencies: APIDependencies

    var endpoints: [Endpoint] {
        [
            .keyed(.get, Self.path, .system, parameters: ListPage.parameters, respond: list),
            .keyed(.post, Self.path + "/{name}/pause", .system) { call, key in
                try await change(call) { queue in
                    try await dependencies.jobs.pause(queue, requestedBy: key.name)
                }
            },
            .keyed(.post, Self.path + "/{name}/resume", .system) { call, key in
                try await change(call) { queue in
                    try await dependencies.jobs.resume(queue, requestedBy: key.name)
                }
            },
            .keyed(.post, Self.path + "/{name}/clean", .system, respond: clean),
        ]
    }

    private func list(_ call: Call, _ key: APIKey) async throws -> Response {
        let list = try ListPage(call.parameters)
        let now = dependencies.now()
        let after = list.cursor ?? ""
        let queues = try await dependencies.jobs.queues().filter { $0.name.text > after }.sorted { $0.name < $1.name }
        return list.response(
            items: queues.prefix(list.limit).map { .object($0.members(now: now)) },
            next: queues.count > list.limit ? queues[list.limit - 1].name.text : nil,
            path: Self.path
        )
    }

    private func change(_ call: Call, _ operation: (QueueName) async throws -> Void) async throws -> Response {
        _ = try await JSONBody(of: call.request, known: [])
        let name = try await find(call).name
        try await operation(name)
        return Response(.object(try await find(call).members(now: dependencies.now())))
    }

    private func clean(_ call: Call, _ key: APIKey) async throws -> Response {
        let body = try await JSONBody(of: call.request, known: ["status", "older_than", "limit"])
        let status = try body.choice("status", of: JobStatus.self, where: \.isEnd) ?? .completed
        let now = dependencies.now()
        var age = Duration.seconds(3600)
        if let text = try body.text(under: ["older_than"])?.text {
            guard let time = RelativeTime.before(now, text) else {
                throw Problem.invalid("older_than", "\(quoted(text)) is not a span of time such as 90s, 30m, 24h or 7d")
            }
            age = .milliseconds(now.milliseconds(since: time))
        }
        let limit = try body.integer("limit", in: 1...Self.cleanLimit) ?? Self.cleanLimit
        let name = try await find(call).name
        let removed = try await dependencies.jobs.clean(
            name,
            status: status,
            olderThan: age,
            limit: limit,
            requestedBy: key.name
        )
        return Response(["queue": .string(name.text), "status": JSON(status), "removed": JSON(removed)])
    }

    /// The queue that the path names.
    private func find(_ call: Call) async throws -> QueueStatistics {
        let text = call.pathValue("name")
        guard let queue = try await dependencies.jobs.queues().first(where: { $0.name.text == text }) else {
            throw Problem.notFound("queue \(quoted(text))")
        }
        return queue
    }
}
