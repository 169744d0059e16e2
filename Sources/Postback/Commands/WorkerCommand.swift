import ArgumentParser
import Deliveries
import Foundation
import JobQueue
import Logging
import PDFWorker
import RedisClient
import ServiceLifecycle
import Settings
import Signing

/// `postback worker`: runs jobs.
struct WorkerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "worker",
        abstract: "Runs jobs: takes them from their queues, makes the documents, and says how they ended.",
        discussion: """
            Redis is REDIS_URL, else the one of the `up` on this machine. SIGTERM lets jobs under way end (worker.grace) and \
            gives back the rest, a second one ends it at once.
            """
    )

    @OptionGroup var common: CommonOptions

    @Option(help: "The queues to take jobs from, separated by commas (worker.queues; default pdf).")
    var queues: String?
    @Flag(help: "End when nothing in the queues may run.")
    var burst = false
    @Option(help: "The worker's name for people (worker.name; default the host's name).")
    var name: String?
    @Option(parsing: .unconditional, help: "Jobs at once, 1 to 64 (worker.concurrency; default 2).")
    var concurrency: Int?

    func validate() throws {
        for name in names ?? [] where QueueName(name) == nil {
            throw ValidationError("--queues: \(quoted(name)) is not the name of a queue")
        }
        if let concurrency, !(1...64).contains(concurrency) {
            throw ValidationError("--concurrency: \(concurrency) is not 1 to 64")
        }
        if let name, !(1...64).contains(name.utf8.count) { throw ValidationError("--name: must have 1 to 64 bytes") }
    }

    /// The queues that were named, each once.
    private var names: [String]? {
        queues?.split(separator: ",", omittingEmptySubsequences: false).reduce(into: []) { names, part in
            let name = part.trimmingCharacters(in: .whitespaces)
            if !names.contains(name) { names.append(name) }
        }
    }

    func run() async throws {
        let settings = try RunSettings(common)
        let logger = try common.logger(settings.all.log)
        settings.tellIgnoredVariables(logger)
        let data = common.dataDirectory
        try data.create()
        let redis = RedisClient(
            endpoint: try endpoint(settings, data),
            configuration: RedisClientConfiguration(),
            logger: logger
        )
        for warning in settings.linkWarnings(data) { logger.warning(warning) }
        DescriptorLimit.raise()
        let runtime = try WorkerRuntime.make(
            settings: settings.all,
            options: WorkerOptions(
                queues: names,
                name: name,
                concurrency: concurrency,
                isBurst: burst
            ),
            queue: JobQueue(
                redis: redis,
                configuration: settings.jobQueue,
                logger: logger
            ),
            data: data,
            links: settings.downloadLinks(data),
            isRequired: true,
            logger: logger
        )
        try await SignalHandling(
            services: [RedisService(client: redis)] + runtime.services,
            endsWithFirst: burst,
            logger: logger,
            reload: {}
        ).run()
    }

    private func endpoint(_ settings: RunSettings, _ data: DataDirectory) throws -> RedisEndpoint {
        if let endpoint = try settings.redisEndpoint() { return endpoint }
        guard let url = data.read(.redisURL), let endpoint = try? RedisEndpoint(url: url) else {
            throw CommandFailure(
                .unavailable,
                "no Redis is known: set REDIS_URL, or give --data-dir of the `up` on this machine"
            )
        }
        return endpoint
    }
}
