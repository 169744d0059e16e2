import JobQueue
import Logging
import PDFWorker
import ServiceLifecycle
import Telemetry

/// A worker that takes jobs once documents can be made: before that they are better off in the queue.
struct ReadyWorker: Service {
    let worker: WorkerService
    let renderer: WeasyPrintRenderer
    let catalogue: ProductCatalogue
    let isRequired: Bool
    let logger: Logger

    func run() async throws {
        if !catalogue.exists {
            logger.warning(
                "There is no folder of products (templates.path): every job will fail",
                metadata: Logger.Metadata([.reason: "\(catalogue.path)"])
            )
        }
        for problem in catalogue.problems() {
            logger.warning("A product cannot be used", metadata: Logger.Metadata([.reason: "\(problem)"]))
        }
        do {
            try await cancelWhenGracefulShutdown { try await renderer.ready() }
        } catch let error as RenderFailure {
            guard !isRequired else { throw CommandFailure(.unavailable, error.reason) }
            logger.error(
                "No documents are made here for now: jobs wait",
                metadata: Logger.Metadata([.reason: "\(error.reason)"])
            )
            // It is tried again and again.
            await cancelWhenGracefulShutdown { await renderer.waitUntilUsable() }
        }
        if Task.isShuttingDownGracefully { return }
        try await worker.run()
    }
}
