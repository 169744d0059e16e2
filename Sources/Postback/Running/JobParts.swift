import Deliveries
import JobQueue
import Jobs
import Ledger
import Logging
import Metrics
import RedisClient
import Relay
import ServiceLifecycle
import Settings

/// The parts of a process that have to do with jobs: the desk that the API acts through, and the services behind it.
struct JobParts {
    let queue: JobQueue
    let desk: JobDesk
    let metrics: JobMetrics
    let health = JobHealth()
    /// In the order in which they start.
    let services: [any Service]

    /// A submitter is not kept waiting for a Redis that is away: there is the spool.
    private static let connectionWait = Duration.milliseconds(500)

    init(
        settings: RunSettings,
        redis endpoint: RedisEndpoint,
        ledger: any DeliveryLedger,
        clock: RelayClock,
        factory: any MetricsFactory,
        logger: Logger
    ) {
        let redis = RedisClient(
            endpoint: endpoint,
            configuration: RedisClientConfiguration(connectionWait: Self.connectionWait),
            logger: logger
        )
        let bell = SpoolBell()
        queue = JobQueue(redis: redis, configuration: settings.jobQueue, logger: logger)
        metrics = JobMetrics(factory: factory)
        desk = JobDesk(
            queue: queue,
            archive: ledger,
            spool: ledger,
            bell: bell,
            configuration: JobDeskConfiguration(spoolBound: settings.all.jobs.spool, queues: settings.queues),
            now: clock.now,
            logger: logger
        )
        services = [
            RedisService(client: redis),
            JobArchiveService(queue: queue, archive: ledger, metrics: metrics, health: health, logger: logger),
            SpoolService(
                queue: queue,
                spool: ledger,
                redis: redis,
                bell: bell,
                events: settings.all.events.stream,
                logger: logger
            ),
        ]
    }
}
