package import Deliveries
package import Logging
import ServiceLifecycle

/// Removes documents that are older than they have to be kept, in small steps and never in front of live work.
///
/// Every worker that keeps documents in a storage does so; several do no harm to each other.
package struct DocumentRetentionService: Service {
    /// Files looked at in one step: a few milliseconds.
    static let step = 500
    /// Between two steps.
    static let pause = Duration.milliseconds(50)
    /// Files removed in one pass at most; the rest waits for the next.
    static let limit = 50_000
    /// Between two passes.
    static let interval = Duration.seconds(600)

    private let storage: LocalStorage
    private let retention: DocumentRetention
    private let now: @Sendable () -> Timestamp
    private let sleep: @Sendable (Duration) async throws -> Void
    private let logger: Logger

    /// Makes the service; ``run()`` does the work.
    ///
    /// - Parameter now: the wall clock.
    package init(
        storage: LocalStorage,
        retention: DocumentRetention,
        now: @escaping @Sendable () -> Timestamp,
        sleep: @escaping @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) },
        logger: Logger
    ) {
        self.storage = storage
        self.retention = retention
        self.now = now
        self.sleep = sleep
        self.logger = logger
    }

    /// Runs until a graceful shutdown or until its task is cancelled.
    package func run() async {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                await pass()
                try? await sleep(Self.interval)
            }
        }
    }

    /// Goes through the storage once.
    ///
    /// - Returns: how many files were removed.
    @discardableResult
    func pass(limit: Int = Self.limit) async -> Int {
        var removed = 0
        // What ails one folder usually ails them all: it is told once.
        var problem: StorageError?
        do throws(StorageError) {
            for folder in try await storage.folders() where removed < limit && !Task.isCancelled {
                do throws(StorageError) {
                    removed += try await clear(folder, limit: limit - removed)
                } catch {
                    problem = problem ?? error
                }
            }
        } catch {
            problem = error
        }
        if let problem {
            logger.warning(
                "Cannot remove old documents, trying again later",
                metadata: [LogKey.reason: "\(problem)"]
            )
        }
        if removed > 0 { logger.info("Removed old documents", metadata: [LogKey.count: "\(removed)"]) }
        return removed
    }

    private func clear(_ folder: String, limit: Int) async throws(StorageError) -> Int {
        var names = try await storage.files(in: folder)[...]
        var removed = 0
        while !names.isEmpty, removed < limit {
            let step = names.prefix(min(Self.step, limit - removed))
            names = names.dropFirst(step.count)
            removed += try await storage.remove(step, in: folder, keeping: retention, at: now())
            guard (try? await sleep(Self.pause)) != nil else { break }
        }
        return removed
    }
}
