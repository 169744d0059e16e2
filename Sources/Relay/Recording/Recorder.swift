import Deliveries
import FaultPoints
package import Ledger
package import Logging
import RedisClient
import Telemetry

/// Writes what the dispatcher decided to the ledger: everything that gathered while the last commit was under way goes into
/// the next one.
package struct Recorder: Sendable {
    enum Item: Sendable {
        case results([AttemptResult])
        case destination(DestinationRecord)
        /// The wall clock was set back; results before this were reckoned with the old one.
        case clockWasSet(backBy: Int64, at: Timestamp)
    }

    /// Results in one commit.
    static let batch = 500
    /// A commit of so many results is followed by a pause of ``gathering``, and so is one that comes soon after another.
    private static let busy = 16
    private static let gathering = Duration.milliseconds(5)
    private static let soon = Duration.milliseconds(10)

    let inbox = Mailbox<Item>()
    private let store: any DeliveryStore
    private let metrics: RelayMetrics
    private let health: RelayHealth
    private let logger: Logger

    /// Makes a recorder for a ledger.
    package init(store: any DeliveryStore, metrics: RelayMetrics, health: RelayHealth, logger: Logger) {
        self.store = store
        self.metrics = metrics
        self.health = health
        self.logger = logger
    }

    /// Runs until the inbox is finished and empty, or the task is cancelled.
    ///
    /// - Parameters:
    ///   - recorded: told of each batch once it is in the ledger.
    ///   - dueTimesMoved: told when the due times in the ledger were moved after the clock was set back.
    func run(recorded: @Sendable ([DeliveryID]) -> Void, dueTimesMoved: @Sendable () -> Void) async {
        var lastCommit: ContinuousClock.Instant?
        for await _ in inbox.wakeUps {
            var results: [AttemptResult] = []
            var destinations: [DestinationRecord] = []
            for item in inbox.takeAll() {
                switch item {
                // The first is taken as it is: that saves a copy of most batches.
                case .results(let more): if results.isEmpty { results = more } else { results += more }
                case .destination(let record): destinations.append(record)
                case .clockWasSet(let milliseconds, let now):
                    guard await commit(results, destinations, recorded) else { return }
                    (results, destinations) = ([], [])
                    guard await moveDueTimes(after: now, earlierBy: milliseconds) else { return }
                    dueTimesMoved()
                }
            }
            guard await commit(results, destinations, recorded) else { return }
            // While there is much to record, the next commit waits for more: what a commit costs beside its rows, it costs once. And
            // while results come one after the other, new events would wait for as many commits as there are results.
            let now = ContinuousClock.now
            let isSteady = lastCommit.map { now - $0 < Self.soon } ?? false
            lastCommit = now
            if results.count >= Self.busy || isSteady { try? await Task.sleep(for: Self.gathering) }
        }
    }

    /// Commits what gathered, however long the ledger takes to come back: results first. - Returns: `false` when the task was
    /// cancelled.
    private func commit(
        _ results: [AttemptResult],
        _ destinations: [DestinationRecord],
        _ recorded: @Sendable ([DeliveryID]) -> Void
    ) async -> Bool {
        var start = results.startIndex
        while start < results.endIndex {
            let end = min(start + Self.batch, results.endIndex)
            let batch = results.count <= Self.batch ? results : Array(results[start..<end])
            FaultPoint.recorderTaken.reached()
            guard await record(batch) else { return false }
            FaultPoint.recorderCommitted.reached()
            recorded(batch.map(\.attempt.delivery))
            FaultPoint.recorderAnnounced.reached()
            start = end
        }
        guard !destinations.isEmpty else { return true }
        FaultPoint.recorderStateTaken.reached()
        let isSaved = await untilItSucceeds { () async throws(LedgerError) in try await store.save(destinations) }
        FaultPoint.recorderStateSaved.reached()
        return isSaved != nil
    }

    /// Records results; one that the ledger can never take is left out, so that it does not hold up the others. - Returns:
    /// `false` when the task was cancelled.
    private func record(_ results: [AttemptResult]) async -> Bool {
        let isRecorded = await untilItSucceeds { () async throws(LedgerError) in
            let start = ContinuousClock.now
            try await store.record(results)
            metrics.commit(ContinuousClock.now - start)
        }
        guard let isRecorded else { return false }
        if isRecorded { return true }
        guard results.count > 1 else {
            logger.error(
                "A result cannot be recorded; its delivery stays as it is until the next start",
                metadata: Logger.Metadata([.delivery: results.first.map { "\($0.attempt.delivery)" }])
            )
            return true
        }
        for result in results {
            guard await record([result]) else { return false }
        }
        return true
    }

    /// What is only in the ledger would wait longer by as much as the clock was set back. - Returns: `false` when the task was
    /// cancelled.
    private func moveDueTimes(after time: Timestamp, earlierBy milliseconds: Int64) async -> Bool {
        let wasMoved = await untilItSucceeds { () async throws(LedgerError) in
            try await store.moveDueTimes(after: time, earlierBy: milliseconds)
        }
        if wasMoved == false {
            logger.error("Due times could not be moved after the clock was set back; deliveries may wait longer")
        }
        return wasMoved != nil
    }

    /// Tries until it succeeds. - Returns: `false` for an error that will not pass, `nil` when the task was cancelled.
    private func untilItSucceeds(_ write: () async throws(LedgerError) -> Void) async -> Bool? {
        var backoff = Backoff(longest: .seconds(2))
        while true {
            do {
                try await write()
                health.noteLedger(trouble: nil, logger)
                return true
            } catch {
                health.noteLedger(trouble: "\(error)", logger)
                guard error.isRetriable else { return false }
                guard (try? await Task.sleep(for: backoff.next())) != nil else { return nil }
            }
        }
    }
}
