import API
import Deliveries
import HTTPSender
import Ledger
import Logging
import ReceiverTestSupport
import Relay
import Telemetry
import Testing

@testable import Postback

/// What the API asks of a relay, over a real ledger.
@Suite(.timeLimit(.minutes(1))) struct RelayAdapterTests {
    private let directory: TemporaryDirectory
    private let ledger: SQLiteLedger
    private let loop: DispatchLoop
    private let adapter: RelayAdapter
    private let routing: RoutingBoard
    private let url = "http://127.0.0.1:9/callback"

    init() async throws {
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        directory = try TemporaryDirectory()
        ledger = try await SQLiteLedger.open(directory: directory.path)
        let destination = Destination(
            name: "acme.success",
            route: "acme",
            url: try DestinationURL("http://127.0.0.1:9/acme"),
            policy: DestinationPolicy()
        )
        let route = Route(name: "acme", match: RouteMatch(tenant: "acme"), success: destination, failure: nil)
        routing = RoutingBoard(
            RoutingSnapshot(
                table: RouteTable(
                    routes: [route],
                    callbacks: DestinationPolicy(),
                    addresses: AddressPolicy(allow: try AllowList(entries: ["127.0.0.0/8"]))
                ),
                keys: [:],
                callbackKeys: nil,
                transport: TransportOptions()
            )
        )
        let metrics = RelayMetrics(factory: PrometheusRegistry())
        loop = DispatchLoop(
            store: ledger,
            routing: routing,
            recorder: Recorder(store: ledger, metrics: metrics, health: RelayHealth(), logger: logger),
            clock: .system,
            health: RelayHealth(),
            metrics: metrics,
            logger: logger,
            limits: DispatchLimits(),
            seed: 1,
            userAgent: "Postback/test",
            send: { _ in }
        )
        adapter = RelayAdapter(
            control: RelayControl(
                ledger: ledger,
                loop: loop,
                routing: routing,
                clock: .system,
                hand: EntriesInHand(),
                decider: IntakeDecider(node: 2)
            ),
            ledger: ledger
        )
    }

    /// What is asked of intake and the ledger when an event with these fields is read.
    private func admit(_ fields: (String, String)...) async throws {
        var decider = IntakeDecider(node: 1)
        let source = StreamSource(
            entryID: "1700000000000-0",
            fields: ([("type", "job.completed"), ("data", "{}")] + fields).map { EventField($0.0, $0.1) }
        )
        let request = decider.decide(source, routes: routing.current.table, now: RelayClock.system.now())
        _ = try await ledger.admit([try #require(request)])
    }

    @Test func `what is asked of a relay that has stopped is unavailable, not done`() async throws {
        try await admit(("callback_url", url))
        let delivery = try #require(try await ledger.deliveries(DeliveryQuery()).items.first)
        let running = Task { await loop.run() }
        running.cancel()
        _ = await running.value
        for name in [delivery.destination, "acme.success"] {
            await #expect(throws: DestinationControlError.unavailable) {
                try await adapter.pause(name, requestedBy: "ann")
            }
            await #expect(throws: DestinationControlError.unavailable) {
                try await adapter.resume(name, requestedBy: "ann")
            }
        }
    }

    @Test func `an entry that was put aside unread keeps its reason when it is tried again`() async throws {
        let unread = NewQuarantineEntry(
            source: StreamSource(entryID: "1700000000000-0", fields: []),
            field: "entry",
            reason: "is larger than a reply of Redis may be; its fields were not read",
            receivedAt: RelayClock.system.now()
        )
        _ = try await ledger.admit([.quarantine(unread)])
        let entry = try #require(try await ledger.quarantine(QuarantineQuery()).items.first)
        #expect(try await adapter.redrive(entry.id, requestedBy: "ann") == .quarantined)
        #expect(try await ledger.quarantineEntry(entry.id)?.reason == unread.reason)
    }

    @Test func `an entry of a tenant that names another tenant's route stays in quarantine when it is tried again`()
        async throws
    {
        try await admit(("tenant", "bob"), ("route", "later"))
        let entry = try #require(try await ledger.quarantine(QuarantineQuery()).items.first)
        // The route that it named has come since, as another tenant's.
        let later = Route(
            name: "later",
            match: RouteMatch(tenant: "acme"),
            success: Destination(
                name: "later.success",
                route: "later",
                url: try DestinationURL("http://127.0.0.1:9/later"),
                policy: DestinationPolicy()
            ),
            failure: nil
        )
        let old = routing.current
        adapter.control.reload(
            RoutingSnapshot(
                table: RouteTable(routes: [later], callbacks: nil, addresses: old.table.addresses),
                keys: [:],
                callbackKeys: nil,
                transport: TransportOptions()
            )
        )
        #expect(try await adapter.redrive(entry.id, requestedBy: "ann") == .quarantined)
        let kept = try #require(try await ledger.quarantineEntry(entry.id))
        #expect(kept.field == "route" && kept.reason.contains("another tenant"))
        #expect(try await ledger.deliveries(DeliveryQuery()).items.isEmpty)
        #expect(try await adapter.redrive(entry.id + 1, requestedBy: "ann") == nil)
    }
}
