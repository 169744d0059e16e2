import Deliveries
import Ledger
import ReceiverTestSupport
import RedisTestSupport
import Relay
import Testing

/// Redis is wiped while an entry is in hand, and another one is published under its id.
@Suite(.timeLimit(.minutes(1)))
struct WipedRedisTests {
    private let directory: TemporaryDirectory
    private let entry = "1705313100000-7"

    init() throws {
        directory = try TemporaryDirectory()
    }

    private func publish(_ id: String, to redis: RedisTestServer) async throws {
        try await redis.cli("FLUSHALL")
        try await redis.cli("XADD", "postback:events", entry, "type", "job.completed", "id", id, "data", "{}")
    }

    @Test("The second stays in Redis until it is written too")
    func staysInRedis() async throws {
        let redis = try await RedisTestServer.start(.unix)
        let receiver = try ScriptedReceiver()
        let snapshot = try TestRelay.snapshot([try TestRelay.route(success: receiver.url())])
        try await TestRelay.run(snapshot, redis: redis, directory: directory, process: "first") { relay in
            try await relay.publish("type", "job.completed", "id", "before", "data", "{}")
            try await relay.store.recorded.wait(for: 1)
            relay.store.failNext(admit: .max, record: .max)
            try await publish("old", to: redis)
            try await relay.store.failed.wait(for: 2)
            try await publish("new", to: redis)
            try await relay.store.failedToAdmit.wait(for: 1)
            relay.store.failNext(admit: .max)
            // The first is written and its entry acknowledged, by the end of the process at the latest.
            try await relay.store.recorded.wait(for: 2)
        }
        #expect(try await redis.cli("XLEN", "postback:events") == "1")
        try await TestRelay.run(snapshot, redis: redis, directory: directory, process: "second") { relay in
            try await relay.store.recorded.wait(for: 1)
            #expect(try await relay.delivery(ofEvent: "old").summary.status == .delivered)
            #expect(try await relay.delivery(ofEvent: "new").summary.status == .delivered)
        }
        #expect(receiver.requests.map { $0.header("webhook-id") } == ["before", "old", "new"])
        #expect(try await redis.cli("XLEN", "postback:events") == "0")
    }

    @Test("Each gets a delivery of its own, though neither is in the ledger")
    func ownDeliveries() async throws {
        let redis = try await RedisTestServer.start(.unix)
        let receiver = try ScriptedReceiver()
        let snapshot = try TestRelay.snapshot([try TestRelay.route(success: receiver.url())])
        try await TestRelay.run(snapshot, redis: redis, directory: directory) { relay in
            try await relay.publish("type", "job.completed", "id", "before", "data", "{}")
            try await relay.store.recorded.wait(for: 1)
            relay.store.failNext(record: .max)
            try await publish("old", to: redis)
            try await relay.store.failed.wait(for: 2)
            try await publish("new", to: redis)
            _ = try await receiver.waitForRequests(3)
            relay.store.failNext()
            try await relay.store.recorded.wait(for: 3)
            let ids = [
                try await relay.delivery(ofEvent: "old").summary.id,
                try await relay.delivery(ofEvent: "new").summary.id,
            ]
            #expect(ids[0] != ids[1])
            let sent = receiver.requests.dropFirst().compactMap { $0.header("x-postback-delivery") }
            #expect(sent == ids.map(\.description))
        }
        #expect(try await redis.cli("XLEN", "postback:events") == "0")
    }
}
