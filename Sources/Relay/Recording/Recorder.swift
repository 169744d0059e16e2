import Deliveries
import FaultPoints
package import Ledger
package import Logging
import RedisClient
import Telemetry

/// Writes new deliveries and what the dispatcher decided to the ledger: everything that gathered while the last commit was under way
/// goes into the next one. A delivery waits a little for its first result, so that both are written in one step.
package struct Recorder: Sendable {
    enum Item: Sendable {
        /// New deliveries, before any result of theirs: those that may be sent any moment, and those that are not sent for now.
        case deliveries(sent: [NewDelivery], notSent: [NewDelivery])
        case results([AttemptResult])
        case destination(DestinationRecord)
        /// The wall clock was set back; results and deliveries before this were reckoned with the old one.
        case clockWasSet(backBy: Int64, at: Timestamp)
        /// A delivery has waited long enough.
        case overdue
        /// Somebody waits for what was not written: no delivery waits for its result any longer.
        case writeNow
    }

    /// What the recorder tells when something is in the ledger.
    struct News: Sendable {
        /// Results, by their deliveries.
        var recorded: @Sendable ([DeliveryID]) -> Void
        /// Results that the ledger will never take, by their deliveries.
        var unrecordable: @Sendable ([DeliveryID]) -> Void
        /// New deliveries, and what was done with each.
        var written: @Sendable ([NewDelivery], [Admission]) -> Void
        /// New deliveries that are in the ledger without a result beside them.
        var pending: @Sendable ([NewDelivery]) -> Void
        /// New deliveries that the ledger will never take.
        var refused: @Sendable ([NewDelivery]) -> Void
        /// The due times in the ledger were moved after the clock was set back.
        var dueTimesMoved: @Sendable () -> Void
    }

    /// Results in one commit, and deliveries without one.
    static let batch = 500
    /// How long a new delivery waits for its first result before it is written without it.
    private static let patience = Duration.milliseconds(100)
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

    /// Runs until the inbox is closed and empty, or the task is cancelled. At its end everything is written.
    func run(telling news: News) async {
        await withDiscardingTaskGroup { timers in
            var unwritten = UnwrittenDeliveries(patience: Self.patience)
            var lastCommit: ContinuousClock.Instant?
            var isArmed = false
            for await _ in inbox.wakeUps {
                var batch = Batch()
                for item in inbox.takeAll() {
                    switch item {
                    case .deliveries(let sent, let notSent):
                        unwritten.add(sent, at: .now)
                        batch.deliveries += notSent
                    // The first is taken as it is: that saves a copy of most batches.
                    case .results(let more):
                        if batch.results.isEmpty { batch.results = more } else { batch.results += more }
                    case .destination(let record): batch.destinations.append(record)
                    case .overdue: isArmed = false
                    case .writeNow: batch.deliveries += unwritten.takeAll()
                    case .clockWasSet(let milliseconds, let now):
                        batch.deliveries += unwritten.takeAll()
                        guard await commit(batch, news) else { return }
                        batch = Batch()
                        guard await moveDueTimes(after: now, earlierBy: milliseconds) else { return }
                        news.dueTimesMoved()
                    }
                }
                batch.deliveries += unwritten.take(batch.results.lazy.map(\.attempt.delivery))
                batch.deliveries += unwritten.takeOverdue(at: .now)
                guard await commit(batch, news) else { return }
                if !isArmed, let deadline = unwritten.nextDeadline {
                    isArmed = true
                    timers.addTask { [inbox] in
                        guard (try? await Task.sleep(until: deadline)) != nil else { return }
                        inbox.send(.overdue)
                    }
                }
                guard !batch.results.isEmpty || !batch.deliveries.isEmpty else { continue }
                // While there is much to record, the next commit waits for more: what a commit costs beside its rows, it costs once.
                // And while results come one after the other, each would be a commit.
                let now = ContinuousClock.now
                let isSteady = lastCommit.map { now - $0 < Self.soon } ?? false
                lastCommit = now
                if batch.results.count >= Self.busy || isSteady { try? await Task.sleep(for: Self.gathering) }
            }
            var rest = Batch()
            rest.deliveries = unwritten.takeAll()
            _ = await commit(rest, news)
            timers.cancelAll()
        }
    }

    /// What goes into the next commits.
    private struct Batch {
        var deliveries: [NewDelivery] = []
        var results: [AttemptResult] = []
        var destinations: [DestinationRecord] = []
    }

    /// Commits what gathered, however long the ledger takes to come back: deliveries and results first. - Returns: `false` when the
    /// task was cancelled.
    private func commit(_ batch: Batch, _ news: News) async -> Bool {
        var deliveries = batch.deliveries[...]
        var results = batch.results[...]
        while !deliveries.isEmpty || !results.isEmpty {
            // Of a delivery and its result in different commits, the delivery goes first.
            let someDeliveries = Array(deliveries.prefix(Self.batch))
            let someResults = deliveries.count > Self.batch ? [] : Array(results.prefix(Self.batch))
            deliveries = deliveries.dropFirst(someDeliveries.count)
            results = results.dropFirst(someResults.count)
            FaultPoint.recorderTaken.reached()
            guard await record(someResults, someDeliveries, news) else { return false }
        }
        guard !batch.destinations.isEmpty else { return true }
        FaultPoint.recorderStateTaken.reached()
        let isSaved = await untilItSucceeds { () async throws(LedgerError) in try await store.save(batch.destinations) }
        FaultPoint.recorderStateSaved.reached()
        if case .cancelled = isSaved { return false }
        return true
    }

    /// Records deliveries and results, and tells of them; what the ledger can never take is left out, so that it does not hold up the
    /// others. - Returns: `false` when the task was cancelled.
    private func record(_ results: [AttemptResult], _ deliveries: [NewDelivery], _ news: News) async -> Bool {
        let admissions = await untilItSucceeds { () async throws(LedgerError) in
            let start = ContinuousClock.now
            let admissions = try await store.record(results, admitting: deliveries)
            metrics.commit(ContinuousClock.now - start)
            return admissions
        }
        switch admissions {
        case .done(let admissions):
            FaultPoint.recorderCommitted.reached()
            tell(news, results, deliveries, admissions)
            FaultPoint.recorderAnnounced.reached()
            return true
        case .cancelled:
            return false
        case .refused where results.count + deliveries.count > 1:
            return await recordOneByOne(results, deliveries, news)
        case .refused(let refusal):
            logger.error(
                "What cannot be recorded stays as it is until the next start",
                metadata: Logger.Metadata([
                    .delivery: (results.first?.attempt.delivery ?? deliveries.first?.id).map { "\($0)" },
                    .entry: deliveries.first.map { "\($0.source.entryID)" },
                    .reason: "\(refusal)",
                ])
            )
            if !deliveries.isEmpty { news.refused(deliveries) }
            if !results.isEmpty { news.unrecordable(results.map(\.attempt.delivery)) }
            return true
        }
    }

    /// Deliveries first, each apart from its result. - Returns: `false` when the task was cancelled.
    private func recordOneByOne(_ results: [AttemptResult], _ deliveries: [NewDelivery], _ news: News) async -> Bool {
        for delivery in deliveries {
            guard await record([], [delivery], news) else { return false }
        }
        for result in results {
            guard await record([result], [], news) else { return false }
        }
        return true
    }

    private func tell(
        _ news: News,
        _ results: [AttemptResult],
        _ deliveries: [NewDelivery],
        _ admissions: [Admission]
    ) {
        let recorded = results.map(\.attempt.delivery)
        if !deliveries.isEmpty {
            metrics.admissions(admissions)
            // Hardly ever: intake has asked the ledger before.
            if admissions.contains(where: { $0 != .admitted }) {
                AdmissionLog.write(deliveries.map { .delivery($0) }, admissions, to: logger)
            }
            let ended = Set(recorded)
            let pending = zip(deliveries, admissions).compactMap { delivery, admission in
                admission != .conflict && !ended.contains(delivery.id) ? delivery : nil
            }
            if !pending.isEmpty { news.pending(pending) }
            news.written(deliveries, admissions)
        }
        if !recorded.isEmpty { news.recorded(recorded) }
    }

    /// What is only in the ledger would wait longer by as much as the clock was set back. - Returns: `false` when the task was
    /// cancelled.
    private func moveDueTimes(after time: Timestamp, earlierBy milliseconds: Int64) async -> Bool {
        let wasMoved = await untilItSucceeds { () async throws(LedgerError) in
            try await store.moveDueTimes(after: time, earlierBy: milliseconds)
        }
        switch wasMoved {
        case .done:
            return true
        case .refused:
            logger.error("Due times could not be moved after the clock was set back; deliveries may wait longer")
            return true
        case .cancelled:
            return false
        }
    }

    /// How a write ended that was tried until it succeeded.
    private enum Outcome<Value> {
        case done(Value)
        /// By an error that will not pass.
        case refused(LedgerError)
        /// The task was.
        case cancelled
    }

    private func untilItSucceeds<Value>(_ write: () async throws(LedgerError) -> Value) async -> Outcome<Value> {
        var backoff = Backoff(longest: .seconds(2))
        while true {
            do {
                let value = try await write()
                health.noteLedger(trouble: nil, logger)
                return .done(value)
            } catch {
                guard error.isRetriable else {
                    health.noteLedger(trouble: nil, logger)
                    return .refused(error)
                }
                health.noteLedger(trouble: "\(error)", logger)
                guard (try? await Task.sleep(for: backoff.next())) != nil else { return .cancelled }
            }
        }
    }
}
