import Deliveries
import HTTPSender
import RedisClient
import Relay
import Settings
import Signing

/// The settings of a process that serves: the configuration, what the command line says besides, and what `up` made when nobody
/// configured it.
struct RunSettings: Sendable {
    let all: Settings
    let host: String
    let port: Int
    private let made: FirstStart?

    /// Reads the configuration anew.
    ///
    /// - Parameter made: an ops key and a secret for callbacks, for when none is configured.
    /// - Throws: ``CommandFailure`` with a line for each thing that is wrong.
    init(_ common: CommonOptions, _ server: ServerOptions, made: FirstStart? = nil) throws {
        all = try Self.load(common)
        host = server.hostValue ?? all.server.host
        port = try server.portValue() ?? all.server.port
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
            quarantine: all.retention.quarantine
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
