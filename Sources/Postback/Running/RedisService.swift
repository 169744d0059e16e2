import RedisClient
import ServiceLifecycle

/// Runs the Redis client as a service of the group: it ends last, after everything that uses it.
struct RedisService: Service {
    let client: RedisClient

    func run() async throws {
        await cancelWhenGracefulShutdown {
            // The client returns when it is cancelled, and only then.
            try? await client.run()
        }
    }
}
