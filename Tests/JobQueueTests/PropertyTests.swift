import Foundation
import JobQueue
import RedisClient
import Testing

/// Random interleavings of everything that may happen, against a model. `POSTBACK_QUEUE_WALKS=5000` makes more of them,
/// `POSTBACK_QUEUE_SEED=42` begins at another.
@Suite("The scripts in random interleavings")
struct PropertyTests {
    @Test(
        "no job is lost, run twice under a live lease, or ended twice; every end has one event; caps hold; nothing is left over"
    )
    func interleavings() async throws {
        let environment = ProcessInfo.processInfo.environment
        let walks = environment["POSTBACK_QUEUE_WALKS"].flatMap { UInt64($0) } ?? 120
        let first = environment["POSTBACK_QUEUE_SEED"].flatMap { UInt64($0) } ?? 1
        try await TestQueue.run { test in
            for seed in first..<first + walks {
                do {
                    // The model's time is counted from here; a walk takes a fraction of a second.
                    let start = try await test.serverSeconds() * 1000
                    var walk = QueueWalk(seed: seed, redis: test.redis, start: start)
                    try await walk.run(steps: 60)
                } catch {
                    Issue.record("seed \(seed): \(error)")
                    return
                }
                if seed % 50 == 0 { _ = try await test.redis.send(RedisCommand("FLUSHALL")) }
            }
        }
    }
}
