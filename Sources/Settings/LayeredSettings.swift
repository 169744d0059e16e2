import Configuration

/// The sections of single values: environment first, then the file.
struct LayeredSettings {
    private let reader: ConfigReader
    private let places: SettingPlaces
    private let context: LoadContext
    /// The sections as they stand in the file.
    private let mappings: [String: YAMLMapping]

    /// Gathers what the file says and what the environment says instead.
    init(file root: YAMLMapping?, _ context: LoadContext) {
        var mappings: [String: YAMLMapping] = [:]
        var places = SettingPlaces()
        var fileValues: [AbsoluteConfigKey: ConfigValue] = [:]
        var environment: [String: String] = [:]
        for schema in SettingsSchema.sections {
            let mapping = root?.section(schema.section)?.mapping(
                keys: schema.structured + schema.keys.map(\.key)
            )
            mappings[schema.section] = mapping
            for (key, shape) in schema.keys where shape != .fields {
                let id = "\(schema.section).\(key)"
                let names = SettingsSchema.variables(for: schema.section, key)
                // An empty variable is one that is not set: that is how compose files leave one out.
                if let name = names.first(where: { context.environment[$0]?.isEmpty == false }) {
                    environment[SettingsSchema.canonicalVariable(for: schema.section, key)] = context.environment[name]
                    places.variables[id] = name
                } else if shape == .list, let texts = mapping?.texts(key, limit: 1000) {
                    fileValues[Self.fileKey(schema.section, key)] = ConfigValue(
                        .stringArray(texts.map(\.text)),
                        isSecret: false
                    )
                    places.items[id] = texts.map(\.place)
                } else if shape != .list, let text = mapping?.text(key)?.text {
                    fileValues[Self.fileKey(schema.section, key)] = ConfigValue(
                        .string(text),
                        isSecret: shape == .secret
                    )
                }
            }
        }
        self.mappings = mappings
        self.places = places
        self.context = context
        self.reader = ConfigReader(
            providers: [
                EnvironmentVariablesProvider(environmentVariables: environment),
                InMemoryProvider(name: "file", values: fileValues),
            ]
        ).scoped(to: "postback")
    }

    /// The prefix is what makes `events.batch` the variable `POSTBACK_EVENTS_BATCH`.
    private static func fileKey(_ section: String, _ key: String) -> AbsoluteConfigKey {
        AbsoluteConfigKey(["postback", section, key])
    }

    /// One section.
    func section(_ name: String) -> LayeredSection {
        LayeredSection(
            name: name,
            mapping: mappings[name],
            reader: reader.scoped(to: ConfigKey([name])),
            places: places,
            context: context
        )
    }
}

/// Where the settings of sections come from, by `section.key`.
struct SettingPlaces {
    /// The environment variables that are used.
    var variables: [String: String] = [:]
    /// The items of the lists that stand in the file.
    var items: [String: [Place]] = [:]
}
