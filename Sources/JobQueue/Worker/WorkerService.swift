package import Logging

/// Runs jobs of some queues, a bounded number at once.
package final class WorkerService {
    /// The name under which it claims: unique for this process' run.
    package let name: String
    let queue: JobQueue
    let handlers: [String: any JobHandler]
    let configuration: WorkerConfiguration
    let logger: Logger

    /// Makes a worker; ``run()`` does the work. A job whose kind has no handler fails for good.
    package init(queue: JobQueue, handlers: [any JobHandler], configuration: WorkerConfiguration, logger: Logger) {
        self.queue = queue
        self.handlers = Dictionary(handlers.map { ($0.kind, $0) }) { first, _ in first }
        self.configuration = configuration
        self.logger = logger
        name = configuration.name ?? "worker"
    }

    /// Works until it is asked to stop, or in burst mode until its queues are empty.
    package func run() async throws {
    }
}
