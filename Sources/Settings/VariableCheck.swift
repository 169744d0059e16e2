/// Looks for environment variables that were meant to be settings and are none. What is in them is never looked at.
///
/// Only what comes close to a setting is told: others may have `POSTBACK_` variables of their own, such as those that Kubernetes makes
/// of a service's name.
enum VariableCheck {
    private static let prefix = "POSTBACK_"

    /// Variables of the commands that are no settings of a section.
    private static let common = ["POSTBACK_CONFIG", "POSTBACK_DATA"]

    /// What only other commands read: known, and not what somebody who starts a server means.
    private static let others = ["POSTBACK_URL", "POSTBACK_API_KEY", "POSTBACK_SECRET"]

    /// What people take for the name of a variable, and the variable.
    private static let mistaken = [
        "POSTBACK_DATA_DIR": "POSTBACK_DATA", "POSTBACK_DATADIR": "POSTBACK_DATA",
        "POSTBACK_CONFIG_FILE": "POSTBACK_CONFIG",
    ]

    private static let settings = SettingsSchema.sections.flatMap { schema in
        schema.keys.filter { $0.value != .fields }.flatMap { SettingsSchema.variables(for: schema.section, $0.key) }
    }

    /// Keys that have no variable, by the one that they would have.
    private static let fileOnly: [String: String] = {
        var keys = ["POSTBACK_ROUTES": "routes"]
        for schema in SettingsSchema.sections {
            for key in schema.structured + schema.keys.filter({ $0.value == .fields }).map(\.key) {
                keys[SettingsSchema.canonicalVariable(for: schema.section, key)] = "\(schema.section).\(key)"
            }
        }
        return keys
    }()

    /// What other programs read of Redis in parts, where this one reads an address. Not `REDIS_PORT`, which Kubernetes makes of a service.
    private static let partsOfRedis = ["REDIS_HOST", "REDIS_DB", "REDIS_PASSWORD"]

    /// A warning for each variable that is ignored and comes close to a setting.
    ///
    /// - Parameter named: variables that the configuration itself names, with `env:`.
    static func warnings(_ environment: [String: String], named: Set<String>) -> [SettingsWarning] {
        let known = named.union(settings).union(common).union(others)
        let words = (settings + common).filter { $0.hasPrefix(prefix) }.map { $0.dropFirst(prefix.count).lowercased() }
        return partsOfRedis(environment, named)
            + environment.filter { $0.key.hasPrefix(prefix) && !known.contains($0.key) && !$0.value.isEmpty }
            .keys.sorted().compactMap { name in
                if let key = fileOnly[name] {
                    return SettingsWarning(path: name, message: "is ignored: \(key) can stand in the file only")
                }
                let close = Spelling.closest(to: name.dropFirst(prefix.count).lowercased(), among: words)
                return (mistaken[name] ?? close.map { prefix + $0.uppercased() }).map { variable in
                    SettingsWarning(path: name, message: "is no setting and is ignored; is \(variable) meant?")
                }
            }
    }

    private static func partsOfRedis(_ environment: [String: String], _ named: Set<String>) -> [SettingsWarning] {
        guard environment["REDIS_URL"]?.isEmpty ?? true, environment["POSTBACK_REDIS_URL"]?.isEmpty ?? true else {
            return []
        }
        return partsOfRedis.filter { environment[$0]?.isEmpty == false && !named.contains($0) }.map { name in
            SettingsWarning(path: name, message: "is no setting and is ignored; REDIS_URL=redis://HOST:PORT/DB is read")
        }
    }
}
