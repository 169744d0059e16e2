import ArgumentParser
import Logging
import RedisClient
import Settings
import Telemetry

/// `postback relay`: the relay with its API, for production.
struct RelayCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "relay",
        abstract: "Runs the relay with its API: intake, delivery, records. Needs REDIS_URL.",
        discussion: "SIGTERM stops it gracefully, a second one at once; SIGHUP reloads the routes."
    )

    @OptionGroup var common: CommonOptions
    @OptionGroup var server: ServerOptions

    func run() async throws {
        let settings = try RunSettings(common, server)
        let logger = try common.logger(settings.all.log)
        settings.tellIgnoredVariables(logger)
        if settings.all.apiKeys.isEmpty {
            logger.warning("No API key is configured: the API answers health and metrics alone")
        }
        guard let endpoint = try settings.redisEndpoint() else {
            throw CommandFailure(.badConfiguration, "REDIS_URL: is not set; `postback up` brings a Redis of its own")
        }
        let data = common.dataDirectory
        try data.create()
        for warning in settings.linkWarnings(data) { logger.warning(warning) }
        try await OwnedLedger.with(settings, data: data, logger: logger) { ledger in
            try await RelayProcess(
                settings: settings,
                endpoint: endpoint,
                ledger: ledger,
                data: data,
                common: common,
                server: server,
                logger: logger
            ).run()
        }
    }
}
