import ArgumentParser
import Logging
import RedisClient
import Settings
import Signing

/// `postback up`: every role in one process, with nothing to configure.
struct UpCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "up",
        abstract: "Runs everything in one process, with a private Redis and SQLite in the data directory.",
        discussion: """
            Without REDIS_URL it starts and owns a redis-server. On the first start it makes what is not configured of an API \
            key and a secret for URLs that come with events, keeps them in the data directory, and prints them once.
            """
    )

    @OptionGroup var common: CommonOptions
    @OptionGroup var server: ServerOptions

    func run() async throws {
        let configured = try RunSettings(common, server)
        let logger = try common.logger(configured.all.log)
        configured.tellIgnoredVariables(logger)
        let data = common.dataDirectory
        try data.create()
        try await OwnedLedger.with(configured, data: data, logger: logger) { ledger in
            // Only the owner of the data directory changes what is in it.
            let made = try FirstStart(data: data, configured: configured.all)
            let settings = try RunSettings(common, server, made: made)
            let process = { (endpoint: RedisEndpoint) in
                RelayProcess(
                    settings: settings,
                    endpoint: endpoint,
                    ledger: ledger,
                    data: data,
                    common: common,
                    server: server,
                    made: made,
                    runsWorker: true,
                    logger: logger
                )
            }
            if let endpoint = try settings.redisEndpoint() {
                data.remove(.redisURL)
                made.announce()
                try await process(endpoint).run()
            } else {
                let redis = try PrivateRedis(data: data, logger: logger)
                let relay = process(try RedisEndpoint(url: redis.url))
                try data.write(.redisURL, redis.url)
                made.announce()
                defer { data.remove(.redisURL) }
                try await redis.whileRunning { try await relay.run() }
            }
        }
    }
}
