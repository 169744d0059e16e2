import Configuration

/// A section in which environment variables take precedence over the file.
struct LayeredSection: SettingSource {
    let name: String
    /// The section as it stands in the file.
    let mapping: YAMLMapping?
    /// Reads the keys of this section.
    let reader: ConfigReader
    let places: SettingPlaces
    let context: LoadContext

    var place: Place { mapping?.place ?? Place(path: name, line: nil) }

    /// Whether one of the keys is set.
    func hasAny(of keys: [String]) -> Bool {
        keys.contains { mapping?.values[$0] != nil || places.variables["\(name).\($0)"] != nil }
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
        let itemPlaces = places.items["\(name).\(key)"] ?? texts.map { _ in place(of: key) }
        return zip(texts, itemPlaces).map { SettingText(text: $0, place: $1) }
    }

    func fields(_ key: String, limit: Int) -> [(name: String, value: SettingText)]? {
        mapping?.fields(key, limit: limit)
    }

    func place(of key: String) -> Place {
        if let variable = places.variables["\(name).\(key)"] { return Place(variable: variable) }
        return mapping?.values[key]?.place ?? Place(path: "\(name).\(key)", line: nil)
    }
}
