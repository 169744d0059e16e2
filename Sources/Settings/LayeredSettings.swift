import Configuration

/// The sections of single values: environment first, then the file.
struct LayeredSettings {
    private let reader: ConfigReader
    private let context: LoadContext
    /// The sections as they stand in the file.
    private let mappings: [String: YAMLMapping]
    /// Which variable a setting comes from, by `section.key`.
    private let variables: [String: String]

    /// Gathers what the file says and what the environment says instead.
    init(file root: YAMLMapping?, _ context: LoadContext) {
        var mappings: [String: YAMLMapping] = [:]
        var fileValues: [AbsoluteConfigKey: ConfigValue] = [:]
        var variables: [String: String] = [:]
        var environment: [String: String] = [:]
        for schema in SettingsSchema.sections {
            let mapping = root?.section(schema.section)?.mapping(keys: schema.keys.map(\.key))
            mappings[schema.section] = mapping
            for (key, shape) in schema.keys where shape != .fields {
                let names = SettingsSchema.variables(for: schema.section, key)
                // An empty variable is one that is not set: that is how compose files leave one out.
                if let name = names.first(where: { context.environment[$0]?.isEmpty == false }) {
                    variables["\(schema.section).\(key)"] = name
                    environment[SettingsSchema.canonicalVariable(for: schema.section, key)] = context.environment[name]
                } else if let mapping, let content = Self.content(of: key, shape, in: mapping) {
                    let path = AbsoluteConfigKey(["postback", schema.section, key])
                    fileValues[path] = ConfigValue(content, isSecret: shape == .secret)
                }
            }
        }
        self.mappings = mappings
        self.variables = variables
        self.context = context
        self.reader = ConfigReader(
            providers: [
                EnvironmentVariablesProvider(environmentVariables: environment),
                InMemoryProvider(name: "file", values: fileValues),
            ]
        ).scoped(to: "postback")
    }

    private static func content(of key: String, _ shape: SettingsSchema.Shape, in mapping: YAMLMapping)
        -> ConfigContent?
    {
        switch shape {
        case .text, .secret: mapping.text(key).map { .string($0.text) }
        case .list: mapping.texts(key, limit: 1000).map { .stringArray($0.map(\.text)) }
        case .fields: nil
        }
    }

    /// One section.
    func section(_ name: String) -> Section {
        Section(
            name: name,
            mapping: mappings[name],
            variables: variables,
            reader: reader.scoped(to: ConfigKey([name])),
            context: context
        )
    }

    /// A section in which environment variables take precedence over the file.
    struct Section: SettingSource {
        let name: String
        let mapping: YAMLMapping?
        let variables: [String: String]
        let reader: ConfigReader
        let context: LoadContext

        var place: Place { mapping?.place ?? Place(path: name, line: nil) }

        /// Whether one of the keys is set.
        func hasAny(of keys: [String]) -> Bool {
            keys.contains { mapping?.values[$0] != nil || variables["\(name).\($0)"] != nil }
        }

        func text(_ key: String) -> SettingText? {
            // Marked as secret whatever it is: an access log of the reader has no need of any value.
            reader.string(forKey: ConfigKey([key]), isSecret: true).map { SettingText(text: $0, place: place(of: key)) }
        }

        func texts(_ key: String, limit: Int) -> [SettingText]? {
            guard let texts = reader.stringArray(forKey: ConfigKey([key]), isSecret: true) else { return nil }
            guard texts.count <= limit else {
                context.report(place(of: key), "has \(texts.count) entries, \(limit) are the most")
                return nil
            }
            let places =
                variables["\(name).\(key)"] == nil ? mapping?.section(key)?.list(limit: limit)?.map(\.place) : nil
            return texts.enumerated().map { index, text in
                let place = places.flatMap { $0.indices.contains(index) ? $0[index] : nil }
                return SettingText(text: text, place: place ?? self.place(of: key))
            }
        }

        func fields(_ key: String, limit: Int) -> [(name: String, value: SettingText)]? {
            mapping?.fields(key, limit: limit)
        }

        private func place(of key: String) -> Place {
            variables["\(name).\(key)"].map { Place(variable: $0) }
                ?? mapping?.values[key]?.place ?? Place(path: "\(name).\(key)", line: nil)
        }
    }
}
