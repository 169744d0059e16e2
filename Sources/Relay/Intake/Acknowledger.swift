import FaultPoints
package import Logging
package import RedisClient
import Telemetry

/// Acknowledges and deletes stream entries once the ledger has what they ask for. What it could not acknowledge is read again at the
/// next start, and absorbed.
///
/// On a connection of its own, made again after every failure and whenever intake makes its own again: after a failover a connection
/// that lives on may lead to the server that was.
package struct Acknowledger: Sendable {
    enum Item: Sendable {
        /// The ledger has what these ask for.
        case entries([String])
        /// Intake has made its connection again.
        case reconnected
    }

    /// Entries in one command.
    private static let batch = 1_000

    let inbox = Mailbox<Item>()
    private let redis: RedisClient
    private let stream: String
    private let group: String
    private let hand: EntriesInHand
    private let health: RelayHealth
    private let logger: Logger

    /// Makes an acknowledger for a group of a stream; ``run()`` does the work.
    package init(
        redis: RedisClient,
        stream: String,
        group: String,
        hand: EntriesInHand,
        health: RelayHealth,
        logger: Logger
    ) {
        self.redis = redis
        self.stream = stream
        self.group = group
        self.hand = hand
        self.health = health
        self.logger = logger
    }

    /// Runs until the inbox is closed and everything acknowledged, or the task is cancelled.
    func run() async {
        var waiting: [String] = []
        var isOpen = true
        // Intake waits for it once so much is in hand, so it may not be long in coming back.
        var backoff = Backoff(longest: .seconds(1))
        while isOpen || !waiting.isEmpty, !Task.isCancelled {
            var hasServed = false
            do {
                isOpen = try await redis.withDedicatedConnection { connection in
                    if !waiting.isEmpty {
                        try await acknowledge(&waiting, on: connection)
                        backoff.reset()
                    }
                    hasServed = true
                    for await _ in inbox.wakeUps {
                        var isCurrent = true
                        for item in inbox.takeAll() {
                            switch item {
                            case .entries(let ids):
                                hand.written(entries: ids)
                                waiting += ids
                            case .reconnected: isCurrent = false
                            }
                        }
                        guard isCurrent else { return true }
                        try await acknowledge(&waiting, on: connection)
                        backoff.reset()
                    }
                    return false
                }
            } catch {
                if Task.isCancelled { return }
                // A server may close what is idle: that is no trouble, and the next connection has nothing to wait for.
                if hasServed, let error = error as? RedisError, !error.wasSent { continue }
                // Without entries it is intake's to say that Redis is away.
                if !waiting.isEmpty { note(trouble: "\(error)", waiting.count) }
                guard (try? await Task.sleep(for: backoff.next())) != nil else { return }
            }
        }
    }

    /// Twice does no harm.
    private func acknowledge(_ waiting: inout [String], on connection: RedisConnection) async throws {
        let stream = connection.stream(stream)
        while !waiting.isEmpty {
            let next = waiting.prefix(Self.batch)
            // Where Redis was wiped and another entry has the id now, that one goes with its own.
            let ids = hand.done(among: next)
            if !ids.isEmpty { try await stream.acknowledgeAndDelete(ids, group: group) }
            FaultPoint.intakeAcknowledged.reached()
            hand.acknowledged(entries: ids)
            waiting.removeFirst(next.count)
        }
        note(trouble: nil, 0)
    }

    /// One line for each change, not for each try.
    private func note(trouble new: String?, _ count: Int) {
        guard health.now.acknowledgingTrouble != new else { return }
        health.set { $0.acknowledgingTrouble = new }
        if let new {
            logger.warning(
                "Cannot acknowledge entries, trying again",
                metadata: Logger.Metadata([.reason: "\(new)", .count: .stringConvertible(count)])
            )
        } else {
            logger.info("Acknowledging entries again")
        }
    }
}
