import Hummingbird
import JobQueue

/// What load balancers, orchestrators and Prometheus ask.
struct HealthRoutes {
    let dependencies: APIDependencies

    var endpoints: [Endpoint] {
        [
            .open("/api/jobs/health", countedAs: .health, respond: health),
            .open("/livez", countedAs: nil) { _ in Response(["status": "ok"]) },
            .open("/readyz", countedAs: nil) { _ in await readiness() },
            .open("/metrics", countedAs: nil) { _ in
                Response(
                    Array(await dependencies.metrics.render().utf8),
                    contentType: "text/plain; version=0.0.4; charset=utf-8"
                )
            },
        ]
    }

    /// The answer of the job queue for people and monitors. What cannot be asked for is `null`, or left out of the lists.
    ///
    /// Workers and queues belong to all tenants: names of machines and ids of jobs are for those who may see them anyway.
    private func health(_ key: APIKey?) async -> Response {
        let readiness = await dependencies.readiness.readiness()
        let queues = try? await dependencies.jobs.queues().sorted { $0.name < $1.name }
        let workers = try? await dependencies.jobs.workers().sorted { $0.name < $1.name }
        let isHealthy = readiness.isReady && queues != nil && workers != nil
        var members: [(name: String, value: JSON)] = [
            ("status", .string(isHealthy ? "ok" : "unavailable")),
            ("redis_connected", JSON(readiness.redisConnected)),
            ("database_connected", JSON(readiness.databaseConnected)),
            ("queue_size", JSON(queues?.reduce(0) { $0 + $1.waiting })),
            ("workers_active", JSON(workers?.count)),
            ("relay", JSON(readiness.relay)),
        ]
        if key?.coversSystem == true {
            let now = dependencies.now()
            members += [
                ("workers", .array((workers ?? []).map { .object($0.members) })),
                ("queues", .array((queues ?? []).map { .object($0.members(now: now)) })),
            ]
        }
        return Response(.object(members), status: isHealthy ? .ok : .serviceUnavailable)
    }

    private func readiness() async -> Response {
        let readiness = await dependencies.readiness.readiness()
        return Response(
            [
                "status": .string(readiness.isReady ? "ok" : "unavailable"),
                "redis_connected": JSON(readiness.redisConnected),
                "database_connected": JSON(readiness.databaseConnected),
                "relay": JSON(readiness.relay),
                "reasons": .array(readiness.reasons.map(JSON.string)),
            ],
            status: readiness.isReady ? .ok : .serviceUnavailable
        )
    }
}
