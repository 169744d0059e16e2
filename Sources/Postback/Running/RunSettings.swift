import API
import Deliveries
import HTTPSender
import JobQueue
import Logging
import PDFWorker
import RedisClient
import Relay
import Settings
import Signing
import Telemetry

/// The settings of a process that serves: the configuration, what the command line says besides, and what `up` made when nobody
/// configured it.
struct RunSettings: Sendable {
    let all: Settings
    let host: String
    let port: Int
    private let made: FirstStart?

    /// Reads the configuration anew.
    ///
    /// - Parameters:
    ///   - server: what the command line says of listening; `nil` for a command that does not listen.
    ///   - made: an ops key and a secret for callbacks, for when none is configured.
    /// - Throws: ``CommandFailure`` with a line for each thing that is wrong.
    init(_ common: CommonOptions, _ server: ServerOptions? = nil, made: FirstStart? = nil) throws {
        all = try Self.load(common)
        host = server?.hostValue ?? all.server.host
        port = try server?.portValue() ?? all.server.port
        self.made = made
    }

    /// Reads the configuration for a command that serves nothing.
    static func load(_ common: CommonOptions) throws -> Settings {
        do {
            return try SettingsLoader.load(file: common.configFile, environment: CommonOptions.environment)
        } catch {
            throw CommandFailure(.badConfiguration, lines: error.problems.map(\.description))
        }
    }

    /// Routes, secrets and transport options for the relay.
    var routingSnapshot: RoutingSnapshot {
        var table = all.table
        var callbackKeys = all.callbackKeys
        if let secret = made?.callbackSecret, table.callbacks == nil {
            table = RouteTable(routes: table.routes, callbacks: DestinationPolicy(), addresses: table.addresses)
            callbackKeys = SigningKeys(current: secret)
        }
        return RoutingSnapshot(
            table: table,
            keys: all.keys,
            callbackKeys: callbackKeys,
            transport: TransportOptions(
                proxy: all.sender.proxy,
                withoutProxy: all.sender.noProxy,
                authoritiesFile: all.sender.caFile,
                clientCertificateFile: all.sender.clientCertificateFile,
                clientKeyFile: all.sender.clientKeyFile
            )
        )
    }

    /// What signs download links: as configured, or made by `up`, this one or the one of the data directory; `nil`: nothing does, and
    /// none is good.
    func downloadLink(_ data: DataDirectory) -> DownloadLink? {
        let secret = all.api.linkSecret ?? made?.linkSecret ?? data.read(.linkSecret)
        return secret.map { DownloadLink(secret: Array($0.utf8)) }
    }

    /// What makes the links in results. The address of an `up` on any free port is in the data directory once it listens.
    func downloadLinks(_ data: DataDirectory) -> DownloadLinks {
        let address = host.contains(":") ? "[\(host)]" : host == "0.0.0.0" ? "127.0.0.1" : host
        return DownloadLinks(
            base: { [all, port] in all.api.publicURL ?? data.read(.url) ?? "http://\(address):\(port)" },
            link: downloadLink(data),
            life: all.storage.linkLife.components.seconds
        )
    }

    /// Says which environment variables are ignored although they come close to a setting.
    func tellIgnoredVariables(_ logger: Logger) {
        for warning in all.ignoredVariables {
            logger.warning("Ignored an environment variable", metadata: Logger.Metadata([.reason: "\(warning)"]))
        }
    }

    /// What callbacks with links miss where the process is not an `up`: a line each. `relay` and every worker need the same two
    /// settings.
    func linkWarnings(_ data: DataDirectory) -> [Logger.Message] {
        var warnings: [Logger.Message] = []
        if all.api.publicURL == nil {
            warnings.append("api.public_url is not set: links in callbacks lead to this machine alone")
        }
        if downloadLink(data) == nil {
            warnings.append("api.link_secret is not set: links in callbacks need an API key")
        }
        return warnings
    }

    /// The queue of jobs.
    var jobQueue: JobQueueConfiguration {
        JobQueueConfiguration(
            eventStream: all.events.stream,
            capacity: all.jobs.capacity,
            concurrency: Dictionary(
                all.jobs.queues.compactMap { name, limit in QueueName(name).map { ($0, limit) } }
            ) { first, _ in first },
            isStrict: all.jobs.order == .strict,
            lease: all.jobs.lease,
            retryPauses: all.jobs.retryPauses,
            completedRetention: all.jobs.keepCompleted,
            failedRetention: all.jobs.keepFailed,
            // The contract's 1 MiB of data, and the rest of a request.
            payloadLimit: (1 << 20) + (64 << 10)
        )
    }

    /// What jobs may be.
    func jobRules(
        callbackRefusal: @escaping @Sendable (_ url: String) -> String?,
        link: DownloadLink
    ) -> JobRules {
        var rules = JobRules(
            queues: queues,
            callbackRefusal: callbackRefusal,
            link: link,
            publicURL: all.api.publicURL
        )
        rules.retries = all.jobs.retries
        rules.timeout = all.jobs.timeout
        return rules
    }

    /// The queues that jobs may be put in; the first is that of jobs that name none.
    var queues: [QueueName] {
        // Those that this configuration's workers serve, and those that it knows of besides.
        var seen: Set<QueueName> = []
        return (all.worker.queues + all.jobs.queues.keys.sorted()).compactMap { QueueName($0) }
            .filter { seen.insert($0).inserted }
    }

    /// What the intake reads.
    var intake: IntakeConfiguration {
        IntakeConfiguration(
            stream: all.events.stream,
            group: all.events.group,
            batch: all.events.batch,
            claimIdle: all.events.claimIdle
        )
    }

    /// How long ended things are kept.
    var retention: RetentionPolicy {
        RetentionPolicy(
            delivered: all.retention.delivered,
            dead: all.retention.dead,
            attempts: all.retention.attempts,
            quarantine: all.retention.quarantine,
            jobs: all.retention.jobs
        )
    }

    /// The API's keys: the configured ones, or the one that `up` made when there are none.
    var keyRing: KeyRing {
        guard all.apiKeys.isEmpty, let key = made?.apiKey else { return KeyRing(all.apiKeys) }
        return KeyRing([APIKeySetting(name: "ops", key: key, role: .ops)])
    }

    /// The configured Redis; `nil`: none is.
    func redisEndpoint() throws -> RedisEndpoint? {
        guard let url = all.redis.url else { return nil }
        do {
            var endpoint = try RedisEndpoint(url: url)
            if endpoint.tls != nil {
                endpoint.tls = RedisTLSOptions(
                    caFile: all.redis.caFile,
                    certificateFile: all.redis.clientCertificateFile,
                    privateKeyFile: all.redis.clientKeyFile,
                    serverName: all.redis.serverName
                )
            }
            return endpoint
        } catch {
            throw CommandFailure(.badConfiguration, "redis.url: \(error.message)")
        }
    }
}
