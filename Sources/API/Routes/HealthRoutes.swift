import Hummingbird

/// What load balancers, orchestrators and Prometheus ask.
struct HealthRoutes {
    let dependencies: APIDependencies

    var endpoints: [Endpoint] {
        [
            .open("/livez") { Response(["status": "ok"]) },
            .open("/readyz", respond: readiness),
            .open("/metrics") {
                Response(
                    Array(await dependencies.metrics.render().utf8),
                    contentType: "text/plain; version=0.0.4; charset=utf-8"
                )
            },
        ]
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
