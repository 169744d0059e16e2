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
    /// Before the first pass: right after the start a machine may not have heard the time yet.
    static let firstPause = Duration.seconds(60)
    /// Between two passes.
    static let interval = Duration.seconds(600)

    private let storage: LocalStorage
    private let retention: DocumentRetention
    private let now: @Sendable () -> Timestamp
    private let monotonic: @Sendable () -> Int64
    private let sleep: @Sendable (Duration) async throws -> Void
    private let logger: Logger

    /// Makes the service; ``run()`` does the work.
    ///
    /// - Parameters:
    ///   - now: the wall clock.
    ///   - monotonic: milliseconds of a clock that is never set.
    package init(
        storage: LocalStorage,
        retention: DocumentRetention,
        now: @escaping @Sendable () -> Timestamp,
        monotonic: @escaping @Sendable () -> Int64 = Self.monotonicClock(),
        sleep: @escaping @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) },
        logger: Logger
    ) {
        self.storage = storage
        self.retention = retention
        self.now = now
        self.monotonic = monotonic
        self.sleep = sleep
        self.logger = logger
    }

    /// Runs until a graceful shutdown or until its task is cancelled. Nothing is removed while the clock is ahead of what it was
    /// (``ClockTrust``).
    package func run() async {
        await cancelWhenGracefulShutdown {
            var trust = ClockTrust(wall: now(), monotonic: monotonic())
            var pause = Self.firstPause
            while (try? await sleep(pause)) != nil, !Task.isCancelled {
                pause = Self.interval
                if let ahead = trust.doubt(wall: now(), monotonic: monotonic()) {
                    logger.warning(
                        "The clock was set forward: no documents are removed until it is right, or a day has passed",
                        metadata: [LogKey.milliseconds: "\(ahead)"]
                    )
                } else {
                    await pass()
                }
            }
        }
    }

    /// Milliseconds from now on, by a clock that is never set.
    package static func monotonicClock() -> @Sendable () -> Int64 {
        let start = ContinuousClock.now
        return { Int64((ContinuousClock.now - start) / .milliseconds(1)) }
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
