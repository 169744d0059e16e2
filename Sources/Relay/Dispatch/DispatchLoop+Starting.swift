import Deliveries
import FaultPoints
import Ledger
import Logging
import RedisClient
import Telemetry

/// How the loop begins: with what the ledger has.
extension DispatchLoop {
    /// Learns from the ledger where things stand, however long it takes to answer. - Returns: `false` when it is to stop before.
    func takeUpLedger() async -> Bool {
        var backoff = Backoff(longest: .seconds(2))
        while true {
            do {
                let records = try await store.destinationRecords()
                let backlog = try await store.backlog()
                let now = clock.now()
                clockOffset = now.milliseconds - clock.monotonicMilliseconds()
                let routes = routing.current
                for name in routes.destinationNames { dispatcher.configure(name, routes.policy(of: name)) }
                for record in records where record.health != .healthy {
                    configureIfNew(record.name, routes)
                    dispatcher.restore(record, at: now)
                }
                for work in backlog {
                    configureIfNew(work.destination, routes)
                    dispatcher.foundInLedger(work.destination, earliestDueAt: work.earliestDueAt)
                }
                noteHomeless(backlog, routes)
                health.noteReading(\.startTrouble, trouble: nil, logger)
                FaultPoint.startBacklogRead.reached()
                logger.info(
                    "Relay is ready",
                    metadata: Logger.Metadata([.pending: .stringConvertible(backlog.reduce(0) { $0 + $1.pending })])
                )
                return true
            } catch {
                health.noteReading(\.startTrouble, trouble: "\(error)", logger)
                guard await mayTryAgain(after: backoff.next()) else { return false }
            }
        }
    }

    /// Says what has deliveries and no route any more, which the routes of before this start may have had.
    func noteHomeless(_ backlog: [DestinationBacklog], _ routes: RoutingSnapshot) {
        let homeless = backlog.filter { routes.policy(of: $0.destination) == nil }
        // Of URLs that came with events there is no end, and they all lack the same thing.
        let callbacks = homeless.filter { $0.destination.hasPrefix(RouteTable.callbackPrefix) }
        for work in homeless where !work.destination.hasPrefix(RouteTable.callbackPrefix) {
            logger.warning(
                "A destination is in no route any more; what waits for it goes on waiting",
                metadata: Logger.Metadata([
                    .destination: "\(work.destination)", .pending: .stringConvertible(work.pending),
                ])
            )
        }
        guard !callbacks.isEmpty else { return }
        logger.warning(
            "URLs that came with events cannot be called without callbacks.secret; what waits for them goes on waiting",
            metadata: Logger.Metadata([.pending: .stringConvertible(callbacks.reduce(0) { $0 + $1.pending })])
        )
    }

    /// Waits before the ledger is read once more, and keeps what comes meanwhile. - Returns: `false` when it is to stop instead.
    func mayTryAgain(after pause: Duration) async -> Bool {
        await withDiscardingTaskGroup { group in
            defer { group.cancelAll() }
            group.addTask { [inbox] in
                guard (try? await Task.sleep(for: pause)) != nil else { return }
                inbox.send(.takeUpAgain)
            }
            for await _ in inbox.wakeUps {
                var isTime = false
                for input in inbox.takeAll() {
                    switch input {
                    case .takeUpAgain: isTime = true
                    case .drain, .abandon: isDraining = true
                    // Whoever waits for an answer has to be back before it can be told to stop, which it is before this loop.
                    case .room(_, let waiter): waiter.resume()
                    case .snapshots(_, let waiter): waiter.resume(returning: dispatcher.snapshots())
                    case .test(_, _, let waiter): waiter.resume(returning: nil)
                    case .cancelled(let id, let waiter):
                        waiter?.resume(returning: false)
                        early.append(.cancelled(id, nil))
                    default: early.append(input)
                    }
                }
                if isDraining { return false }
                if isTime { return true }
            }
            return false
        }
    }
}
