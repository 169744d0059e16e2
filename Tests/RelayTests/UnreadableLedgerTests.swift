import Deliveries
import Ledger
import ReceiverTestSupport
import RedisTestSupport
import Relay
import Testing

/// A ledger that cannot be read.
@Suite(.timeLimit(.minutes(1)))
struct UnreadableLedgerTests {
    private let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
    }

    @Test("A relay that cannot read its ledger at the start answers all who ask, and stops when it is told to")
    func stops() async throws {
        let redis = try await RedisTestServer.start(.unix)
        let receiver = try ScriptedReceiver()
        let route = try TestRelay.route(success: receiver.url())
        let ended = try await TestRelay.run(
            try TestRelay.snapshot([route]),
            redis: redis,
            directory: directory,
            grace: .seconds(30),
            beforeStart: { $0.failNext(read: .max, code: .inaccessible) }
        ) { relay in
            // The second failure comes after the first one was noted.
            try await relay.store.failed.wait(for: 2)
            #expect(relay.health.now.ledgerTroubles.contains { $0.contains("inaccessible") })
            // While it runs: the API ends before the relay does, and only when all its answers are given.
            #expect(await relay.control.test(route.success, by: "ops") == nil)
            #expect(await relay.control.destinationsWhileRunning()?.isEmpty == true)
            return ContinuousClock.now
        }
        #expect(ContinuousClock.now - ended < .seconds(15))
        #expect(receiver.requests.isEmpty)
    }

    @Test("What happens before the ledger could be read is made up for afterwards")
    func keepsWhatIsEarly() async throws {
        let redis = try await RedisTestServer.start(.unix)
        let receiver = try ScriptedReceiver()
        let route = try TestRelay.route(success: receiver.url())
        try await TestRelay.run(
            try TestRelay.snapshot([route]),
            redis: redis,
            directory: directory,
            beforeStart: { $0.failNext(read: .max, code: .inaccessible) }
        ) { relay in
            try await relay.store.failed.wait(for: 1)
            try await relay.publish("type", "job.completed", "id", "early", "data", "{}")
            try await relay.store.failed.wait(for: 3)
            relay.store.failNext()
            try await relay.store.recorded.wait(for: 1)
            #expect(try await relay.delivery(ofEvent: "early").summary.status == .delivered)
            #expect(relay.health.now.ledgerTroubles.isEmpty)
        }
    }

    @Test("While the ledger does not hand out what is due it is not ready, and delivers it once it does")
    func due() async throws {
        let redis = try await RedisTestServer.start(.unix)
        let closed = try ClosedPort()
        let policy = DestinationPolicy(retries: RetrySchedule(delays: [1_000]))
        let before = try TestRelay.snapshot([try TestRelay.route(success: closed.url, policy: policy)])
        try await TestRelay.run(before, redis: redis, directory: directory) { relay in
            try await relay.publish("type", "job.completed", "id", "waiting", "data", "{}")
            try await relay.store.recorded.wait(for: 1)
        }
        withExtendedLifetime(closed) {}
        let receiver = try ScriptedReceiver()
        try await TestRelay.run(
            try TestRelay.snapshot([try TestRelay.route(success: receiver.url(), policy: policy)]),
            redis: redis,
            directory: directory,
            beforeStart: { $0.failNext(page: 2, payloads: 2, code: .inaccessible) }
        ) { relay in
            // First its page, and then its payload. The second failure of each comes after the first one was noted.
            for failures in [2, 4] {
                try await relay.store.failed.wait(for: failures)
                #expect(relay.health.now.ledgerTroubles.count == 1)
                #expect(relay.health.now.ledgerTroubles.first?.contains("inaccessible") == true)
            }
            try await relay.store.recorded.wait(for: 1)
            #expect(try await relay.delivery(ofEvent: "waiting").summary.status == .delivered)
            #expect(relay.health.now.ledgerTroubles.isEmpty)
        }
    }

    @Test("While only reads fail it is not ready, and it is again once they work")
    func readiness() async throws {
        let redis = try await RedisTestServer.start(.unix)
        let receiver = try ScriptedReceiver()
        let snapshot = try TestRelay.snapshot([try TestRelay.route(success: receiver.url())])
        try await TestRelay.run(snapshot, redis: redis, directory: directory) { relay in
            try await relay.publish("type", "job.completed", "id", "first", "data", "{}")
            try await relay.store.recorded.wait(for: 1)
            #expect(relay.health.now.ledgerTroubles.isEmpty)
            relay.store.failNext(read: .max, code: .inaccessible)
            try await relay.publish("type", "job.completed", "id", "second", "data", "{}")
            // The second failure comes after the first one was noted.
            try await relay.store.failed.wait(for: 2)
            #expect(relay.health.now.ledgerTroubles.count == 1)
            #expect(relay.health.now.ledgerTroubles.first?.contains("inaccessible") == true)
            relay.store.failNext()
            try await relay.store.recorded.wait(for: 2)
            #expect(relay.health.now.ledgerTroubles.isEmpty)
        }
    }
}
