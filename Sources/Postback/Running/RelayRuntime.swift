import API
import Deliveries
import Glibc
import HTTPSender
import JobQueue
import Ledger
import Logging
import RedisClient
import Relay
import ServiceLifecycle
import Settings
import Signing
import Telemetry

/// The relay with its API, composed of its parts from the settings.
struct RelayRuntime {
    /// In the order in which they start; they stop in the reverse one.
    let services: [any Service]
    /// Puts new routes in force.
    let control: RelayControl

    /// Composes everything; nothing runs yet.
    ///
    /// - Parameters:
    ///   - data: where documents are kept if no setting says otherwise.
    ///   - runsWorker: whether this process also runs jobs.
    ///   - onListening: told the port of the API once it takes connections.
    static func make(
        settings: RunSettings,
        redis endpoint: RedisEndpoint,
        ledger: SQLiteLedger,
        data: DataDirectory,
        runsWorker: Bool,
        logger: Logger,
        onListening: @escaping @Sendable (Int) async -> Void
    ) throws -> RelayRuntime {
        let clock = RelayClock.system
        let registry = PrometheusRegistry()
        let metrics = RelayMetrics(factory: registry)
        let health = RelayHealth()
        let redis = RedisClient(endpoint: endpoint, configuration: RedisClientConfiguration(), logger: logger)
        let routing = RoutingBoard(settings.routingSnapshot)
        let recorder = Recorder(store: ledger, metrics: metrics, health: health, logger: logger)
        let answers = AnswerRelay()
        let sender = try HTTPSender(onResults: { answers.deliver($0) })
        var random = SystemRandomNumberGenerator()
        let loop = DispatchLoop(
            store: ledger,
            routing: routing,
            recorder: recorder,
            clock: clock,
            health: health,
            metrics: metrics,
            logger: logger,
            limits: DispatchLimits(inFlight: settings.all.sender.maxInFlight),
            seed: random.next(),
            userAgent: PostbackVersion.userAgent,
            send: { sender.send($0) }
        )
        answers.connect(to: loop)
        let hand = EntriesInHand()
        let acknowledger = Acknowledger(
            redis: redis,
            stream: settings.intake.stream,
            group: settings.intake.group,
            hand: hand,
            health: health,
            logger: logger
        )
        // Two that make ids beside each other differ for sure.
        let node: UInt16 = random.next()
        let intake = IntakeService(
            configuration: settings.intake,
            consumer: ConsumerName(
                ledger: try LedgerIdentity.read(beside: ledger.path),
                process: "\(getpid())-\(clock.now().milliseconds)"
            ),
            redis: redis,
            store: ledger,
            routing: routing,
            clock: clock,
            health: health,
            metrics: metrics,
            logger: logger,
            decider: IntakeDecider(node: node),
            hand: hand,
            acknowledger: acknowledger,
            notify: { loop.notify($0) },
            room: { await loop.room(after: $0) }
        )
        let control = RelayControl(
            ledger: ledger,
            loop: loop,
            routing: routing,
            clock: clock,
            hand: hand,
            decider: IntakeDecider(node: node ^ 1)
        )
        let relay = RelayService(
            intake: intake,
            loop: loop,
            recorder: recorder,
            acknowledger: acknowledger,
            hand: hand,
            retention: RetentionService(ledger: ledger, policy: settings.retention, clock: clock, logger: logger),
            sender: sender,
            health: health,
            grace: settings.all.relay.grace,
            logger: logger
        )
        let jobs = JobParts(
            settings: settings,
            redis: endpoint,
            ledger: ledger,
            clock: clock,
            factory: registry,
            logger: logger
        )
        let events = EventCheck(routing: routing)
        let adapter = RelayAdapter(control: control, ledger: ledger)
        let keys = settings.keyRing
        let api = APIApplication(
            host: settings.host,
            port: settings.port,
            dependencies: APIDependencies(
                authenticate: { keys.key(presented: $0) },
                validate: { fields, tenant throws(EventRefusal) in try events.check(fields, tenant: tenant) },
                events: StreamPublisher(redis: redis, stream: settings.intake.stream),
                ledger: ledger,
                deliveries: adapter,
                quarantine: adapter,
                destinations: adapter,
                jobs: JobsAdapter(desk: jobs.desk, documents: WorkerRuntime.documents(settings.all, data)),
                jobRules: settings.jobRules(
                    callbackRefusal: { CallbackCheck(routing: routing).refusal(of: $0) },
                    // Without a secret nothing makes links, and none is good.
                    link: settings.downloadLink(data) ?? DownloadLink(secret: randomBytes(32))
                ),
                readiness: SystemReadiness(redis: redis, health: health, jobs: jobs.health),
                metrics: SystemMetrics(
                    registry: registry,
                    redis: redis,
                    health: health,
                    ledger: ledger,
                    control: control,
                    desk: jobs.desk,
                    relay: metrics,
                    jobs: jobs.metrics,
                    queues: settings.queues,
                    spool: ledger,
                    clock: clock
                ),
                userAgent: PostbackVersion.userAgent,
                limits: RateLimits(settings.all.api.limits),
                now: clock.now,
                logger: logger
            ),
            onListening: onListening
        )
        let worker: [any Service] =
            runsWorker
            ? try WorkerRuntime.make(
                settings: settings.all,
                queue: JobQueue(redis: redis, configuration: settings.jobQueue, logger: logger),
                data: data,
                links: settings.downloadLinks(data),
                isRequired: false,
                logger: logger
            ).services : []
        return RelayRuntime(
            services: [RedisService(client: redis), relay] + jobs.services + worker + [api],
            control: control
        )
    }
}
