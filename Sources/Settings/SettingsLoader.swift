import Deliveries
import Signing

/// Reads the configuration: environment first, then the file, then defaults (contract section 2).
package enum SettingsLoader {
    /// Reads and checks everything. Reads files, the configuration's and those that `file:` names, and so blocks for a moment.
    ///
    /// - Parameters:
    ///   - file: the path of the YAML file; `nil`: there is none.
    ///   - environment: the environment variables, for settings and for `env:`.
    /// - Throws: ``SettingsErrors`` with all that is wrong.
    package static func load(file: String?, environment: [String: String]) throws(SettingsErrors) -> Settings {
        let context = LoadContext(file: file, environment: environment)
        let root = file.flatMap { SettingsFile.root(of: $0, context) }?.mapping(keys: SettingsSchema.topKeys)
        let layers = LayeredSettings(file: root, context)

        let callbacks = CallbackReader.read(layers.section("callbacks"), context)
        let routes = RouteReader.read(root?.section("routes"), context)
        let settings = Settings(
            table: RouteTable(
                routes: routes.map(\.route),
                callbacks: callbacks.policy,
                addresses: AddressPolicy(allow: callbacks.allow)
            ),
            keys: Dictionary(routes.flatMap(\.keys)) { first, _ in first },
            callbackKeys: callbacks.keys,
            apiKeys: APIKeyReader.read(layers.section("api")),
            api: APISettings(layers.section("api")),
            jobs: JobSettings(layers.section("jobs")),
            events: EventSettings(layers.section("events")),
            redis: RedisSettings(layers.section("redis")),
            database: DatabaseSettings(layers.section("database")),
            sender: SenderSettings(layers.section("sender")),
            relay: RelaySettings(layers.section("relay")),
            retention: RetentionSettings(layers.section("retention")),
            worker: WorkerSettings(layers.section("worker")),
            templates: TemplateSettings(layers.section("templates")),
            storage: StorageSettings(layers.section("storage")),
            log: LogSettings(layers.section("log")),
            server: ServerSettings(layers.section("server")),
            clearText: context.clearText,
            ignoredVariables: VariableCheck.warnings(environment, named: context.namedVariables)
        )
        settings.retention.check(settings.storage, layers.section("retention"), layers.section("storage"))
        try context.throwIfAny()
        return settings
    }
}
