import Deliveries
import Glibc
import HTTPSender
import Ledger
import Logging
import Metrics
import ReceiverTestSupport
import RedisClient
import RedisTestSupport
import Relay
import ServiceLifecycle
import Signing
import Synchronization
import Telemetry

/// A relay with a real Redis and a real SQLite ledger, run for as long as a test's closure.
struct TestRelay: Sendable {
    let redis: RedisTestServer
    let ledger: SQLiteLedger
    let store: ObservedStore
    let control: RelayControl
    let health: RelayHealth
    let registry: PrometheusRegistry

    static let secretText = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

    /// A route named `name` whose destinations are these URLs.
    static func route(
        _ name: String = "default",
        success: String,
        failure: String? = nil,
        match: RouteMatch = RouteMatch(),
        policy: DestinationPolicy = DestinationPolicy()
    ) throws -> Route {
        Route(
            name: name,
            match: match,
            success: Destination(
                name: "\(name).success",
                route: name,
                url: try DestinationURL(success),
                policy: policy
            ),
            failure: try failure.map {
                Destination(name: "\(name).failure", route: name, url: try DestinationURL($0), policy: policy)
            }
        )
    }

    /// Routes with one secret for all. URLs that come with events may be on loopback.
    static func snapshot(_ routes: [Route], callbacks: DestinationPolicy? = DestinationPolicy()) throws
        -> RoutingSnapshot
    {
        let keys = SigningKeys(current: try Secret(secretText))
        let addresses = AddressPolicy(allow: try AllowList(entries: ["127.0.0.0/8"]))
        let table = RouteTable(routes: routes, callbacks: callbacks, addresses: addresses)
        let names = table.destinations.map(\.name)
        return RoutingSnapshot(
            table: table,
            keys: Dictionary(names.map { ($0, keys) }) { first, _ in first },
            callbackKeys: callbacks == nil ? nil : keys,
            transport: .standard
        )
    }

    /// Runs a relay, and stops it gracefully after `body`.
    ///
    /// - Parameter directory: of the ledger; a test that restarts hands in the same again.
    static func run<Value: Sendable>(
        _ snapshot: RoutingSnapshot,
        redis: RedisTestServer,
        directory: TemporaryDirectory,
        grace: Duration = .seconds(10),
        recordingGrace: Duration = .seconds(5),
        process: String = "test",
        maximumReplyBytes: Int = 64 << 20,
        clock: RelayClock = .system,
        logger: Logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
        beforeStart: @Sendable (ObservedStore) -> Void = { _ in },
        _ body: @Sendable (TestRelay) async throws -> Value
    ) async throws -> Value {
        let ledger = try await SQLiteLedger.open(directory: directory.path)
        let store = ObservedStore(ledger)
        beforeStart(store)
        let client = RedisClient(
            endpoint: try RedisEndpoint(url: redis.url),
            configuration: RedisClientConfiguration(
                connection: RedisConnectionConfiguration(maximumReplyBytes: maximumReplyBytes)
            ),
            logger: logger
        )
        let registry = PrometheusRegistry()
        let metrics = RelayMetrics(factory: registry)
        let health = RelayHealth()
        let routing = RoutingBoard(snapshot)
        let recorder = Recorder(store: store, metrics: metrics, health: health, logger: logger)
        let target = Mutex<DispatchLoop?>(nil)
        let sender = try HTTPSender { results in target.withLock { $0 }?.answered(results) }
        let loop = DispatchLoop(
            store: store,
            routing: routing,
            recorder: recorder,
            clock: clock,
            health: health,
            metrics: metrics,
            logger: logger,
            limits: DispatchLimits(),
            seed: 1,
            userAgent: "Postback/test (webhook; swift)",
            send: { sender.send($0) }
        )
        target.withLock { $0 = loop }
        // The loop holds what sends, and that this: nothing of the relay would be freed.
        defer { target.withLock { $0 = nil } }
        let configuration = IntakeConfiguration(block: .milliseconds(500))
        let hand = EntriesInHand()
        let acknowledger = Acknowledger(
            redis: client,
            stream: configuration.stream,
            group: configuration.group,
            hand: hand,
            health: health,
            logger: logger
        )
        let intake = IntakeService(
            configuration: configuration,
            consumer: ConsumerName(ledger: ledger.path, process: process),
            redis: client,
            store: store,
            routing: routing,
            clock: clock,
            health: health,
            metrics: metrics,
            logger: logger,
            decider: IntakeDecider(node: 1),
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
            decider: IntakeDecider(node: 2)
        )
        let relay = RelayService(
            intake: intake,
            loop: loop,
            recorder: recorder,
            acknowledger: acknowledger,
            hand: hand,
            retention: RetentionService(ledger: ledger, policy: RetentionPolicy(), clock: clock, logger: logger),
            sender: sender,
            health: health,
            grace: grace,
            recordingGrace: recordingGrace,
            logger: logger
        )
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(services: [ClientService(client: client), relay], logger: logger)
        )
        let running = TestRelay(
            redis: redis,
            ledger: ledger,
            store: store,
            control: control,
            health: health,
            registry: registry
        )
        let result: Result<Value, any Error> = await withTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try? await group.run() }
            let result: Result<Value, any Error>
            do {
                result = .success(try await body(running))
            } catch {
                result = .failure(error)
            }
            await group.triggerGracefulShutdown()
            await tasks.waitForAll()
            return result
        }
        try await ledger.close()
        return try result.get()
    }

    private struct ClientService: Service {
        let client: RedisClient

        func run() async throws {
            await cancelWhenGracefulShutdown { try? await client.run() }
        }
    }

    /// Puts an event on the stream with `redis-cli`, as a worker in any language would.
    @discardableResult
    func publish(_ fields: String...) async throws -> String {
        try await Self.publish(fields, to: redis)
    }

    static func publish(_ fields: [String], to redis: RedisTestServer) async throws -> String {
        let client = RedisClient(
            endpoint: try RedisEndpoint(url: redis.url),
            configuration: RedisClientConfiguration(),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        )
        let pairs = stride(from: 0, to: fields.count, by: 2).map { RedisStreamEntry.Field(fields[$0], fields[$0 + 1]) }
        return try await client.withDedicatedConnection { try await $0.stream("postback:events").add(pairs) }
    }

    /// The only delivery of an event.
    func delivery(ofEvent id: String) async throws -> DeliveryDetail {
        var query = DeliveryQuery(limit: 10)
        query.eventID = id
        let page = try await ledger.deliveries(query)
        guard page.items.count == 1, let detail = try await ledger.delivery(page.items[0].id) else {
            throw NotOneDelivery(event: id, count: page.items.count)
        }
        return detail
    }
}

/// An event has no delivery, or several.
struct NotOneDelivery: Error {
    var event: String
    var count: Int
}
