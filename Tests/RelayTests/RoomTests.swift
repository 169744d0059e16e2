import Deliveries
import HTTPSender
import Ledger
import Logging
import ReceiverTestSupport
import Synchronization
import Telemetry
import Testing

@testable import Relay

/// Intake waits for a destination that answers but has more to do than it holds, and never for long.
@Suite(.timeLimit(.minutes(1)))
struct RoomTests {
    private let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
    }

    @Test("A destination that stops answering holds intake up for a moment only, also when the clock is set back then")
    func isBounded() async throws {
        let ledger = try await SQLiteLedger.open(directory: directory.path)
        let clock = SettableClock()
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let metrics = RelayMetrics(factory: PrometheusRegistry())
        let route = try TestRelay.route(
            success: "http://receiver.example/",
            policy: DestinationPolicy(concurrency: 1)
        )
        let target = Mutex<DispatchLoop?>(nil)
        let sent = Atomic(0)
        let recorder = Recorder(store: ledger, metrics: metrics, health: RelayHealth(), logger: logger)
        let loop = DispatchLoop(
            store: ledger,
            routing: RoutingBoard(try TestRelay.snapshot([route])),
            recorder: recorder,
            clock: clock.relayClock,
            health: RelayHealth(),
            metrics: metrics,
            logger: logger,
            limits: DispatchLimits(window: 8),
            seed: 1,
            userAgent: "Postback/test (webhook; swift)",
            send: { requests in
                // The first is answered, the second never.
                guard sent.add(requests.count, ordering: .relaxed).oldValue == 0 else { return }
                let answer = Answer(requestWasSent: true, statusCode: 200, times: PhaseTimes(total: 1))
                target.withLock { $0 }?.answered(requests.map { SendResult(token: $0.token, answer: answer) })
            }
        )
        target.withLock { $0 = loop }
        // The loop holds what sends, and that this: nothing of the relay would be freed.
        defer { target.withLock { $0 = nil } }
        await withTaskGroup { group in
            group.addTask { _ = await loop.run() }
            let first = NewDelivery.sample(1, to: route.success, at: clock.now)
            loop.notify(.offered([first]))
            await loop.room(after: [first])

            let more = (2...20).map { NewDelivery.sample($0, to: route.success, at: clock.now) }
            loop.notify(.offered(more))
            let begin = ContinuousClock.now
            await loop.room(after: more)
            // Reckoned from the beginning of the loop's round, which may be a little older.
            #expect(ContinuousClock.now - begin >= .milliseconds(20))

            async let room: Void = loop.room(after: more)
            clock.set(byMilliseconds: -3_600_000)
            await loop.room(after: [])
            await room
            group.cancelAll()
        }
        try await ledger.close()
    }
}
