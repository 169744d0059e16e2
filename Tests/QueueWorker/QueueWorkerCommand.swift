import ArgumentParser
import Glibc
import JobQueue
import Logging
import RedisClient
import ServiceLifecycle
import UnixSignals

/// A worker for the queue's tests: what its jobs do is written in their payloads, and each step is noted in Redis. For
/// benchmarks it does nothing.
@main
struct QueueWorkerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "QueueWorker",
        abstract: "Runs the jobs of a test or a benchmark."
    )

    @Option(help: "The server.") var redis: String
    @Option(help: "How long a lease lasts.") var leaseMilliseconds: Int
    @Option(help: "How often leases are renewed.") var beatMilliseconds: Int
    @Option(help: "How long Redis must be up before leases are taken away.") var settlingMilliseconds = 0
    @Option(help: "Jobs at once.") var concurrency = 1
    @Option(help: "How long jobs may go on when it is asked to stop.") var graceMilliseconds = 30_000
    @Flag(help: "End when the queue is empty.") var burst = false
    @Option(help: "Take jobs of this kind for done, instead of running scripts.") var idleKind: String?

    func run() async throws {
        let logger = Logger(label: "worker", factory: { StreamLogHandler.standardError(label: $0) })
        let client = RedisClient(endpoint: try RedisEndpoint(url: redis), logger: logger)
        let queue = JobQueue(
            redis: client,
            configuration: JobQueueConfiguration(
                lease: .milliseconds(leaseMilliseconds),
                settling: .milliseconds(settlingMilliseconds),
                retryPauses: [.milliseconds(200)]
            ),
            logger: logger
        )
        let handler: any JobHandler =
            if let idleKind { IdleHandler(kind: idleKind) } else { ScriptedHandler(redis: client) }
        let worker = WorkerService(
            queue: queue,
            handlers: [handler],
            configuration: WorkerConfiguration(
                concurrency: concurrency,
                isBurst: burst,
                beatInterval: .milliseconds(beatMilliseconds),
                stopGrace: .milliseconds(graceMilliseconds),
                cancelGrace: .milliseconds(500)
            ),
            logger: logger
        )
        let services: [ServiceGroupConfiguration.ServiceConfiguration] = [
            .init(service: ClientService(client: client)),
            .init(service: worker, successTerminationBehavior: .gracefullyShutdownGroup),
        ]
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: services,
                gracefulShutdownSignals: [.sigterm],
                logger: logger
            )
        )
        try await group.run()
    }
}

/// Keeps the client connected until the worker no longer needs it.
private struct ClientService: Service {
    let client: RedisClient

    func run() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await client.run() }
            group.addTask { try? await gracefulShutdown() }
            // The group stops its services in the reverse order: the worker is over by now.
            try await group.next()
            group.cancelAll()
        }
    }
}
