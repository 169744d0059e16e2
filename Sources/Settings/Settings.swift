package import Deliveries
package import Signing

/// The whole configuration, checked: what is here can be used as it is (contract section 2).
///
/// Every setting has the key that its property names, in the section of its type: ``EventSettings/claimIdle`` is
/// `events.claim_idle`, and `POSTBACK_EVENTS_CLAIM_IDLE` in the environment. A complete file with every key, its default
/// and its range is `postback.example.yaml`.
package struct Settings: Sendable {
    /// The routes, how URLs that arrive with an event are called, and which addresses may be reached: `routes`, `callbacks`.
    package var table: RouteTable
    /// What signs for the destinations of the routes, by the destination's name.
    package var keys: [String: SigningKeys]
    /// What signs for URLs that arrive with an event; `nil`: `callbacks.secret` is not configured.
    package var callbackKeys: SigningKeys?
    /// `api.keys`; empty: none configured.
    package var apiKeys: [APIKeySetting]
    /// `api`, without its keys
    package var api: APISettings
    /// `jobs`
    package var jobs: JobSettings
    /// `events`
    package var events: EventSettings
    /// `redis`
    package var redis: RedisSettings
    /// `database`
    package var database: DatabaseSettings
    /// `sender`
    package var sender: SenderSettings
    /// `relay`
    package var relay: RelaySettings
    /// `retention`
    package var retention: RetentionSettings
    /// `worker`
    package var worker: WorkerSettings
    /// `templates`
    package var templates: TemplateSettings
    /// `storage`
    package var storage: StorageSettings
    /// `log`
    package var log: LogSettings
    /// `server`
    package var server: ServerSettings

    /// Secrets that stand in the file in clear text.
    let clearText: [ClearTextSetting]
    /// Environment variables that are ignored and come close to a setting.
    package let ignoredVariables: [SettingsWarning]

    /// The sections in which `new` differs and that are read at the start only.
    package func sectionsThatNeedARestart(for new: Settings) -> [String] {
        [
            ("api.keys", apiKeys == new.apiKeys), ("api", api == new.api), ("jobs", jobs == new.jobs),
            ("events", events == new.events), ("redis", redis == new.redis), ("database", database == new.database),
            ("relay", relay == new.relay), ("retention", retention == new.retention), ("worker", worker == new.worker),
            ("sender.max_in_flight", sender.maxInFlight == new.sender.maxInFlight),
            ("templates", templates == new.templates), ("storage", storage == new.storage), ("log", log == new.log),
            ("server", server == new.server),
        ].filter { !$0.1 }.map(\.0)
    }
}
