import Deliveries
package import Ledger
package import Logging
import Telemetry

/// Removes what is older than it has to be kept, in small batches and never in front of live work.
package struct RetentionService: Sendable {
    /// Rows removed in one transaction: a few milliseconds of the writer's time.
    static let batch = 500
    /// Before the first round.
    static let firstPause = Duration.seconds(60)
    /// Between two rounds.
    static let interval = Duration.seconds(600)
    /// Between two batches of a round, so that deliveries come first.
    static let pause = Duration.milliseconds(50)

    private let ledger: any OperatorLedger
    private let policy: RetentionPolicy
    private let clock: RelayClock
    private let logger: Logger

    /// Makes the service; ``run()`` does the work.
    package init(ledger: any OperatorLedger, policy: RetentionPolicy, clock: RelayClock, logger: Logger) {
        self.ledger = ledger
        self.policy = policy
        self.clock = clock
        self.logger = logger
    }

    /// Runs until the task is cancelled.
    ///
    /// Nothing is removed while the clock is ahead of what it was (``ClockTrust``), nor right after the start, when a machine may not have
    /// heard the time yet.
    package func run() async {
        var trust = ClockTrust(wall: clock.now(), monotonic: clock.monotonicMilliseconds())
        var pause = Self.firstPause
        while !Task.isCancelled {
            guard (try? await Task.sleep(for: pause)) != nil else { return }
            pause = Self.interval
            if let ahead = trust.doubt(wall: clock.now(), monotonic: clock.monotonicMilliseconds()) {
                logger.warning(
                    "The clock was set forward: nothing is removed until it is right, or a day has passed",
                    metadata: Logger.Metadata([.durationMilliseconds: .stringConvertible(ahead)])
                )
                continue
            }
            let removed = await removeWhatIsOld()
            if removed > 0 {
                logger.info(
                    "Removed what is older than its retention",
                    metadata: Logger.Metadata([.count: .stringConvertible(removed)])
                )
            }
        }
    }

    private func removeWhatIsOld() async -> Int {
        let limits = policy.limits(at: clock.now())
        var total = 0
        while !Task.isCancelled {
            do {
                let removed = try await ledger.prune(limits, limit: Self.batch)
                total += removed
                if removed < Self.batch { break }
                try await Task.sleep(for: Self.pause)
            } catch {
                if !Task.isCancelled {
                    logger.warning(
                        "Cannot remove what is old, trying again later",
                        metadata: Logger.Metadata([.reason: "\(error)"])
                    )
                }
                break
            }
        }
        return total
    }
}
