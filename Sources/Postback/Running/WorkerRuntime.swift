import Deliveries
import Foundation
import JobQueue
import Logging
import PDFWorker
import ServiceLifecycle
import Settings

/// The worker with its renderer, composed of its parts from the settings: for `worker` and for `up`.
struct WorkerRuntime {
    /// In the order in which they start; they stop in the reverse one.
    let services: [any Service]
    /// What can be rendered.
    let catalogue: ProductCatalogue
    /// Where finished documents are.
    let storage: LocalStorage

    /// Composes everything; nothing runs yet.
    ///
    /// - Parameters:
    ///   - queue: its Redis client runs elsewhere, and outlives the worker.
    ///   - links: makes the links in results.
    ///   - isRequired: whether a machine without WeasyPrint is an error. If not, the worker says so and takes no jobs.
    ///   - observe: is told of each run that ended, for metrics.
    /// - Throws: ``CommandFailure`` when the settings do not fit this machine.
    static func make(
        settings: Settings,
        options: WorkerOptions = WorkerOptions(),
        queue: JobQueue,
        data: DataDirectory,
        links: DownloadLinks,
        isRequired: Bool,
        logger: Logger,
        observe: @escaping @Sendable (RunReport) -> Void = { _ in }
    ) throws -> WorkerRuntime {
        let worker = settings.worker
        let documents = documents(settings, data)
        let (catalogue, storage) = (documents.catalogue, documents.storage)
        let now = { @Sendable in Timestamp(milliseconds: Int64(Date().timeIntervalSince1970 * 1000)) }
        let renderingDirectory = RendererService.newDirectory(in: data)
        let renderer = WeasyPrintRenderer(
            python: worker.python ?? RendererPython.find(),
            workDirectory: renderingDirectory,
            logger: logger
        )
        let handler = PDFJobHandler(
            catalogue: catalogue,
            renderer: renderer,
            storage: storage,
            links: links,
            limits: RenderLimits(time: worker.time, memory: worker.memory << 20, pages: worker.pages),
            now: now,
            logger: logger
        )
        let usage = ProcessUsage(helper: { renderer.helperProcess })
        let service = WorkerService(
            queue: queue,
            handlers: [handler],
            configuration: WorkerConfiguration(
                name: options.name ?? worker.name,
                queues: try (options.queues ?? worker.queues).map { name in
                    guard let queue = QueueName(name) else {
                        throw CommandFailure(.badConfiguration, "--queues: \(name) is not the name of a queue")
                    }
                    return queue
                },
                concurrency: options.concurrency ?? worker.concurrency,
                isBurst: options.isBurst,
                beatInterval: min(.seconds(10), settings.jobs.lease / 3),
                stopGrace: worker.grace
            ),
            logger: logger,
            usage: { await usage.current() },
            observe: observe
        )
        return WorkerRuntime(
            services: [
                DocumentRetentionService(
                    storage: storage,
                    retention: DocumentRetention(documents: settings.retention.documents),
                    now: now,
                    logger: logger
                ),
                RendererService(renderer: renderer, data: data, directory: renderingDirectory),
                ReadyWorker(
                    worker: service,
                    renderer: renderer,
                    catalogue: catalogue,
                    isRequired: isRequired,
                    logger: logger
                ),
            ],
            catalogue: catalogue,
            storage: storage
        )
    }

    /// What can be rendered and where it is kept, for a process with or without a worker.
    static func documents(_ settings: Settings, _ data: DataDirectory) -> Documents {
        Documents(
            catalogue: ProductCatalogue(path: absolute(settings.templates.path)),
            storage: LocalStorage(path: settings.storage.path.map(absolute) ?? data.path(of: "files"))
        )
    }

    private static func absolute(_ path: String) -> String {
        URL(fileURLWithPath: path).standardizedFileURL.path
    }
}
