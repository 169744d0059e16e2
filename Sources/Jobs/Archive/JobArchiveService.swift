import Deliveries
package import JobQueue
package import Ledger
package import Logging
import ServiceLifecycle
import Telemetry

/// Moves jobs that ended into the ledger: commit, then acknowledge. What a crash repeats, the ledger absorbs.
package struct JobArchiveService: Service {
    /// The one reader of the stream of ended jobs: what an earlier run read and did not acknowledge is its own.
    private static let consumer = "archive"
    private static let batch = 200
    private static let block = Duration.seconds(5)

    private let queue: JobQueue
    private let archive: any JobArchive
    private let metrics: JobMetrics
    private let health: JobHealth
    private let logger: Logger

    /// Makes the service; ``run()`` does the work.
    package init(
        queue: JobQueue,
        archive: any JobArchive,
        metrics: JobMetrics,
        health: JobHealth,
        logger: Logger
    ) {
        self.queue = queue
        self.archive = archive
        self.metrics = metrics
        self.health = health
        self.logger = logger
    }

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            var pause = Duration.milliseconds(100)
            var trouble: String?
            while !Task.isCancelled {
                do {
                    try await move()
                    pause = .milliseconds(100)
                    trouble = nil
                } catch {
                    guard !Task.isCancelled else { return }
                    // That Redis is away, or the ledger in trouble, is reported by others, and they see sooner when it is over.
                    let isRefusal = (error as? JobQueueError)?.isRefusal == true
                    health.note(trouble: isRefusal ? "\(error)" : nil)
                    // One line for each trouble, not for each try.
                    if trouble != "\(error)" {
                        trouble = "\(error)"
                        logger.warning(
                            "Cannot move ended jobs into the ledger, trying again",
                            metadata: Logger.Metadata([.reason: "\(error)"])
                        )
                    }
                    try? await Task.sleep(for: pause)
                    pause = min(pause * 2, .seconds(5))
                }
            }
        }
    }

    private func move() async throws {
        let ended = try await queue.readEnded(consumer: Self.consumer, count: Self.batch, block: Self.block)
        health.note(trouble: nil)
        guard !ended.isEmpty else { return }
        let jobs = ended.compactMap(\.job)
        if jobs.count < ended.count {
            logger.error(
                "Entries of ended jobs cannot be read and are dropped",
                metadata: Logger.Metadata([.count: .stringConvertible(ended.count - jobs.count)])
            )
        }
        try await archive.archive(jobs.map { ArchivedJob($0) })
        // A cancelled task would have its command refused; what is durable is acknowledged all the same.
        let ids = ended.map(\.entryID)
        try await Task { try await queue.acknowledgeEnded(ids) }.value
        for job in jobs { metrics.ended(job) }
    }
}
