import FaultPoints
package import Logging
package import RedisClient
import Telemetry

/// Acknowledges and deletes stream entries once the ledger has what they ask for. What it could not acknowledge is read again at the
/// next start, and absorbed.
package struct Acknowledger: Sendable {
    /// Entries in one command.
    private static let batch = 1_000

    let inbox = Mailbox<[String]>()
    private let stream: RedisStream
    private let group: String
    private let hand: EntriesInHand
    private let logger: Logger

    /// Makes an acknowledger for a group; ``run()`` does the work.
    package init(stream: RedisStream, group: String, hand: EntriesInHand, logger: Logger) {
        self.stream = stream
        self.group = group
        self.hand = hand
        self.logger = logger
    }

    /// Runs until the inbox is closed and empty, or the task is cancelled.
    func run() async {
        for await _ in inbox.wakeUps {
            var ids = inbox.takeAll().flatMap { $0 }[...]
            while !ids.isEmpty {
                guard await acknowledge(Array(ids.prefix(Self.batch))) else { return }
                ids = ids.dropFirst(Self.batch)
            }
        }
    }

    /// Tries until Redis takes it: twice does no harm. - Returns: `false` when the task was cancelled.
    private func acknowledge(_ ids: [String]) async -> Bool {
        var backoff = Backoff()
        var trouble: String?
        while true {
            do {
                try await stream.acknowledgeAndDelete(ids, group: group)
                FaultPoint.intakeAcknowledged.reached()
                hand.drop(ids)
                return true
            } catch {
                if Task.isCancelled { return false }
                if trouble != "\(error)" {
                    trouble = "\(error)"
                    logger.warning(
                        "Cannot acknowledge entries, trying again",
                        metadata: Logger.Metadata([
                            .reason: "\(error)", .count: .stringConvertible(ids.count),
                        ])
                    )
                }
                guard (try? await Task.sleep(for: backoff.next())) != nil else { return false }
            }
        }
    }
}
