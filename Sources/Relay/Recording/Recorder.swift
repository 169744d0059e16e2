import Deliveries
package import Ledger
package import Logging
import Telemetry

/// Writes what the dispatcher decided to the ledger: everything that gathered while the last commit was under way goes into
/// the next one.
package struct Recorder: Sendable {
    enum Item: Sendable {
        case result(AttemptResult)
        case destination(DestinationRecord)
    }

    /// Results in one commit.
    static let batch = 500

    let inbox = Mailbox<Item>()
    private let store: any DeliveryStore
    private let metrics: RelayMetrics
    private let logger: Logger

    /// Makes a recorder for a ledger.
    package init(store: any DeliveryStore, metrics: RelayMetrics, logger: Logger) {
        self.store = store
        self.metrics = metrics
        self.logger = logger
    }

    /// Runs until the inbox is finished and empty, or the task is cancelled.
    ///
    /// - Parameter recorded: told of each batch once it is in the ledger.
    func run(recorded: @Sendable ([DeliveryID]) -> Void) async {
        for await _ in inbox.wakeUps {
            let items = inbox.takeAll()
            var start = items.startIndex
            while start < items.endIndex {
                let end = min(start + Self.batch, items.endIndex)
                guard await commit(items[start..<end], recorded) else { return }
                start = end
            }
        }
    }

    /// Commits one batch, however long the ledger takes to come back. - Returns: `false` when the task was cancelled.
    private func commit(_ items: ArraySlice<Item>, _ recorded: @Sendable ([DeliveryID]) -> Void) async -> Bool {
        var results: [AttemptResult] = []
        var destinations: [DestinationRecord] = []
        for item in items {
            switch item {
            case .result(let result): results.append(result)
            case .destination(let record): destinations.append(record)
            }
        }
        let done = await untilItSucceeds {
            if !results.isEmpty {
                let start = ContinuousClock.now
                try await store.record(results)
                metrics.commit(ContinuousClock.now - start)
            }
        }
        guard done else { return false }
        if !results.isEmpty { recorded(results.map(\.attempt.delivery)) }
        return await untilItSucceeds {
            if !destinations.isEmpty { try await store.save(destinations) }
        }
    }

    private func untilItSucceeds(_ write: () async throws -> Void) async -> Bool {
        var backoff = Backoff(longest: .seconds(2))
        var trouble: String?
        while true {
            do {
                try await write()
                if trouble != nil { logger.info("The ledger takes results again") }
                return true
            } catch {
                if trouble != "\(error)" {
                    trouble = "\(error)"
                    logger.error(
                        "The ledger does not take results, trying again",
                        metadata: Logger.Metadata([.reason: "\(error)"])
                    )
                }
                guard (try? await Task.sleep(for: backoff.next())) != nil else { return false }
            }
        }
    }
}
