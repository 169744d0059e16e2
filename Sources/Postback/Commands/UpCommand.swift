import ArgumentParser
import Logging
import RedisClient
import Signing

/// `postback up`: every role in one process, with nothing to configure.
struct UpCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "up",
        abstract: "Runs everything in one process, with a private Redis and SQLite in the data directory.",
        discussion: """
            Without REDIS_URL it starts and owns a redis-server. On the first start it makes an API key and a secret for URLs \
            that come with events, keeps them in the data directory, and prints them once.
            """
    )

    @OptionGroup var common: CommonOptions
    @OptionGroup var server: ServerOptions

    func run() async throws {
        let logger = try common.logger()
        let data = common.dataDirectory
        try data.create()
        let made = try FirstStart(data: data)
        let settings = try RunSettings(common, server, made: made)
        let given = try settings.redisEndpoint()
        let redis = given == nil ? try PrivateRedis(data: data, logger: logger) : nil
        if let redis {
            try data.write(.redisURL, redis.url)
        } else {
            data.remove(.redisURL)
        }
        let endpoint: RedisEndpoint
        if let given {
            endpoint = given
        } else {
            endpoint = try RedisEndpoint(url: redis?.url ?? "")
        }
        made.announce()
        try await RelayProcess(
            settings: settings, endpoint: endpoint, data: data, common: common, server: server, made: made, logger: logger
        ).run(besides: redis.map { [$0] } ?? [])
    }
}
