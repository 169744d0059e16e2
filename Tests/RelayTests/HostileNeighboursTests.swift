import Deliveries
import HTTPSender
import Ledger
import ReceiverTestSupport
import RedisTestSupport
import Relay
import Testing

@Suite("Receivers that misbehave beside one that does not", .timeLimit(.minutes(3)))
struct HostileNeighboursTests {
    @Test("Every delivery to the healthy one arrives, and every other attempt is recorded as what it is")
    func healthyAmongHostile() async throws {
        let directory = try TemporaryDirectory()
        let redis = try await RedisTestServer.start(.unix)
        let certificates = try TestCertificates.shared()
        let healthy = try ScriptedReceiver()
        let hostile = try HostileBehaviour.all.map { try HostileReceiver($0, certificates: certificates) }
        // One attempt for each. The deadlines leave room for all of it, both sides, happening at once on a small machine.
        let policy = DestinationPolicy(timeout: 12_000, connectTimeout: 10_000, retries: RetrySchedule(delays: []))
        var snapshot = try TestRelay.snapshot(
            [try TestRelay.route("healthy", success: healthy.url())],
            callbacks: policy
        )
        snapshot.transport = TransportOptions(authoritiesFile: certificates.authority)
        try await TestRelay.run(snapshot, redis: redis, directory: directory) { relay in
            for (index, receiver) in hostile.enumerated() {
                try await relay.publish(
                    "type",
                    "job.completed",
                    "id",
                    "hostile-\(index)",
                    "data",
                    "{}",
                    "callback_url",
                    receiver.url
                )
                try await relay.publish(
                    "type",
                    "job.completed",
                    "id",
                    "healthy-\(index)",
                    "data",
                    "{}",
                    "route",
                    "healthy"
                )
            }
            let requests = try await healthy.waitForRequests(hostile.count, within: .seconds(60))
            #expect(Set(requests.compactMap { $0.header("webhook-id") }).count == hostile.count)
            try await relay.store.recorded.wait(for: 2 * hostile.count, within: .seconds(90))
            for (index, receiver) in hostile.enumerated() {
                let delivery = try await relay.delivery(ofEvent: "hostile-\(index)")
                let attempt = try #require(delivery.attempts.first)
                let expected = receiver.behaviour.expectationFromOutside
                let outcome = expected.outcome ?? (attempt.answer.requestWasSent ? .unknown : .retry)
                let comment = Comment("\(receiver.behaviour): \(attempt.answer)")
                #expect(attempt.outcome == outcome, comment)
                #expect(delivery.attempts.count == 1, comment)
                #expect(delivery.summary.status == (outcome == .delivered ? .delivered : .dead), comment)
                let healthy = try await relay.delivery(ofEvent: "healthy-\(index)")
                #expect(healthy.attempts.map(\.outcome) == [.delivered])
            }
        }
    }
}
