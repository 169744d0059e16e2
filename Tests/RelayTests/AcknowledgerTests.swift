import Foundation
import Logging
import RedisClient
import RedisTestSupport
import Testing

@testable import Relay

/// The acknowledger alone, with a real Redis.
@Suite(.timeLimit(.minutes(1)))
struct AcknowledgerTests {
    @Test("A connection that Redis closes because it was idle is made again without a word")
    func closedWhileIdle() async throws {
        let redis = try await RedisTestServer.start(.unix)
        let endpoint = try RedisEndpoint(url: redis.url)
        let lines = LogLines()
        let hand = EntriesInHand()
        let health = RelayHealth()
        let acknowledger = Acknowledger(
            redis: RedisClient(endpoint: endpoint, configuration: RedisClientConfiguration(), logger: lines.logger),
            stream: "events",
            group: "relay",
            hand: hand,
            health: health,
            logger: lines.logger
        )
        let probe = try await RedisConnection.connect(to: endpoint)
        let stream = probe.stream("events")
        try await stream.createGroup("relay")

        func acknowledgeOne() async throws {
            _ = try await stream.add([RedisStreamEntry.Field("type", "job.completed")])
            let entries = try await stream.readGroup("relay", consumer: "test", count: 1)
            hand.take(entries: entries)
            acknowledger.inbox.send(.entries(entries.map(\.id)))
            await hand.wait(for: .allAcknowledged)
        }
        /// The ids of connections whose latest command was an acknowledgement.
        func acknowledging() async throws -> [Substring] {
            let list = try await probe.send(RedisCommand("CLIENT", "LIST")).string ?? ""
            return list.split(separator: "\n").filter { $0.contains("cmd=xack") }.compactMap {
                $0.split(separator: " ").first
            }
        }

        try await withThrowingTaskGroup { group in
            group.addTask { await acknowledger.run() }
            try await acknowledgeOne()
            let before = try await acknowledging()
            try #require(before.count == 1)
            _ = try await probe.send(RedisCommand("CONFIG", "SET", "timeout", "1"))
            while try await !acknowledging().isEmpty {}
            _ = try await probe.send(RedisCommand("CONFIG", "SET", "timeout", "0"))
            // Redis has closed it. A connection on the same event loop hears of nothing later before that is noticed here.
            for _ in 0..<2 * ProcessInfo.processInfo.processorCount {
                let neighbour = try await RedisConnection.connect(to: endpoint)
                for _ in 1...2 { _ = try await neighbour.send(RedisCommand("PING")) }
                await neighbour.close()
            }
            try await acknowledgeOne()
            #expect(try await acknowledging().count == 1)
            #expect(try await acknowledging() != before)
            acknowledger.inbox.close()
            try await group.waitForAll()
        }
        #expect(lines.beginning(with: "").isEmpty)
        #expect(health.now.acknowledgingTrouble == nil)
    }
}
