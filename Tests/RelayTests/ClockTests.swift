import Deliveries
import HTTPSender
import Ledger
import Logging
import ReceiverTestSupport
import RedisTestSupport
import Synchronization
import Telemetry
import Testing

@testable import Relay

/// The wall clock is set while the dispatch loop runs.
@Suite(.timeLimit(.minutes(1)))
struct ClockTests {
    private let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
    }

    /// The clock is set in the very moment in which the last of ten requests is handed to the sender, and its answer is the next
    /// that the loop hears of.
    @Test(
        "A probe time that was reckoned with the new clock is not moved once more",
        arguments: [3_600_000, -3_600_000] as [Int64]
    )
    func setBeforeAnAnswer(change: Int64) async throws {
        let ledger = try await SQLiteLedger.open(directory: directory.path)
        let clock = SettableClock()
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let metrics = RelayMetrics(factory: PrometheusRegistry())
        let route = try TestRelay.route(success: "http://receiver.example/")
        let routing = RoutingBoard(try TestRelay.snapshot([route]))
        let target = Mutex<DispatchLoop?>(nil)
        let sent = Atomic(0)
        let loop = DispatchLoop(
            store: ledger,
            routing: routing,
            recorder: Recorder(store: ledger, metrics: metrics, health: RelayHealth(), logger: logger),
            clock: clock.relayClock,
            health: RelayHealth(),
            metrics: metrics,
            logger: logger,
            limits: DispatchLimits(),
            seed: 1,
            userAgent: "Postback/test (webhook; swift)",
            send: { requests in
                if sent.add(requests.count, ordering: .relaxed).newValue == 10 { clock.set(byMilliseconds: change) }
                let answer = Answer(requestWasSent: true, statusCode: 500, times: PhaseTimes(total: 1))
                let results = requests.map { SendResult(token: $0.token, answer: answer) }
                target.withLock { $0 }?.answered(results)
            }
        )
        target.withLock { $0 = loop }
        // The loop holds what sends, and that this: nothing of the relay would be freed.
        defer { target.withLock { $0 = nil } }
        let control = RelayControl(
            ledger: ledger,
            loop: loop,
            routing: routing,
            clock: clock.relayClock,
            hand: EntriesInHand(),
            decider: IntakeDecider(node: 1)
        )
        await withTaskGroup { group in
            group.addTask { _ = await loop.run() }
            let deliveries = (1...10).map { NewDelivery.sample($0, to: route.success, at: clock.now) }
            loop.notify(.offered(deliveries))
            // Each question is a round of the loop.
            while await control.destinations().first?.health != .suspended, !Task.isCancelled {}
            let nextProbeAt = await control.destinations().first?.nextProbeAt
            let probeIn = nextProbeAt?.milliseconds(since: clock.now) ?? .max
            #expect((0...5_000).contains(probeIn), "the next probe is in \(probeIn) ms")
            group.cancelAll()
        }
        try await ledger.close()
    }

    @Test("What is only in the ledger does not wait longer because the clock was set back")
    func setBack() async throws {
        let redis = try await RedisTestServer.start(.unix)
        let receiver = try ScriptedReceiver {
            $0.header("x-postback-attempt") == "1" ? .status(500) : .status(200)
        }
        let policy = DestinationPolicy(retries: RetrySchedule(delays: [3_000]))
        let snapshot = try TestRelay.snapshot([try TestRelay.route(success: receiver.url(), policy: policy)])
        let clock = SettableClock()
        try await TestRelay.run(snapshot, redis: redis, directory: directory, clock: clock.relayClock) { relay in
            try await relay.publish("type", "job.completed", "id", "patient", "data", "{}")
            try await relay.store.recorded.wait(for: 1)
            clock.set(byMilliseconds: -3_600_000)
            // A question is a round of the loop, which notices that the clock was set.
            _ = await relay.control.destinations()
            try await relay.store.moved.wait(for: 1)
            let requests = try await receiver.waitForRequests(2)
            #expect(requests.map { $0.header("webhook-id") } == ["patient", "patient"])
        }
    }
}
