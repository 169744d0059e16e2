/// Which keys the sections of single values have. Each may also be given as an environment variable: `POSTBACK_`, section and key
/// in capitals, `POSTBACK_EVENTS_CLAIM_IDLE`.
struct SettingsSchema {
    /// How the value of a key looks.
    enum Shape {
        case text
        /// A text that may be a secret.
        case secret
        /// A list of texts; separated by commas in the environment.
        case list
        /// A mapping of names to texts; not in the environment.
        case fields
    }

    /// The name of the section in the file.
    let section: String
    /// Its keys.
    let keys: KeyValuePairs<String, Shape>
    /// Keys with a structure of their own, which their readers know; in the file only.
    var structured: [String] = []

    static let sections = [
        SettingsSchema(
            section: "callbacks",
            keys: [
                "secret": .secret, "previous_secret": .secret, "previous_secret_until": .text, "allow": .list,
                "headers": .fields, "jwt": .text, "body": .text, "timeout": .text, "connect_timeout": .text,
                "retries": .list, "concurrency": .text, "rate": .text, "profile": .text,
            ]
        ),
        SettingsSchema(
            section: "api",
            keys: ["public_url": .text, "link_secret": .secret, "limits": .fields],
            structured: ["keys"]
        ),
        SettingsSchema(
            section: "jobs",
            keys: [
                "capacity": .text, "order": .text, "lease": .text, "retries": .text, "retry_pauses": .list,
                "timeout": .text, "keep_completed": .text, "keep_failed": .text, "spool": .text, "queues": .fields,
            ]
        ),
        SettingsSchema(
            section: "events",
            keys: ["stream": .text, "group": .text, "batch": .text, "claim_idle": .text]
        ),
        SettingsSchema(
            section: "redis",
            keys: [
                "url": .secret, "ca_file": .text, "client_certificate": .text, "client_key": .text,
                "server_name": .text,
            ]
        ),
        SettingsSchema(section: "database", keys: ["url": .secret]),
        SettingsSchema(
            section: "sender",
            keys: [
                "proxy": .secret, "no_proxy": .list, "ca_file": .text, "client_certificate": .text, "client_key": .text,
                "max_in_flight": .text,
            ]
        ),
        SettingsSchema(section: "relay", keys: ["grace": .text]),
        SettingsSchema(
            section: "retention",
            keys: [
                "delivered": .text, "dead": .text, "attempts": .text, "quarantine": .text, "jobs": .text,
                "documents": .text,
            ]
        ),
        SettingsSchema(
            section: "worker",
            keys: [
                "queues": .list, "concurrency": .text, "name": .text, "grace": .text, "python": .text, "time": .text,
                "memory": .text, "pages": .text,
            ]
        ),
        SettingsSchema(section: "templates", keys: ["path": .text]),
        SettingsSchema(section: "storage", keys: ["path": .text, "link_life": .text]),
        SettingsSchema(section: "log", keys: ["level": .text, "format": .text]),
        SettingsSchema(section: "server", keys: ["host": .text, "port": .text]),
    ]

    /// The keys at the top of the file.
    static let topKeys = ["routes"] + sections.map(\.section)

    /// Variables that the ecosystem or the command line has for a setting; the first that is set counts.
    static let otherVariables = [
        "redis.url": ["POSTBACK_REDIS_URL", "REDIS_URL"],
        "database.url": ["POSTBACK_DATABASE_URL", "DATABASE_URL"],
        "server.host": ["POSTBACK_HOST", "POSTBACK_SERVER_HOST"],
        "server.port": ["POSTBACK_PORT", "POSTBACK_SERVER_PORT"],
    ]

    /// The variables that may carry a setting.
    static func variables(for section: String, _ key: String) -> [String] {
        otherVariables["\(section).\(key)"] ?? [canonicalVariable(for: section, key)]
    }

    /// The name under which the configuration reader looks for a setting.
    static func canonicalVariable(for section: String, _ key: String) -> String {
        "POSTBACK_\(section)_\(key)".uppercased()
    }
}
