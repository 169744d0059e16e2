/// Reads `api.keys`: a list of `name`, `key`, `role` and `tenant`.
enum APIKeyReader {
    private static let keyLimit = 1000
    /// Characters of a key, at least.
    private static let shortestKey = 16
    private static let longestKey = 512

    /// The keys, without those that were reported.
    static func read(_ section: LayeredSection) -> [APIKeySetting] {
        let context = section.context
        let items = section.mapping?.section("keys")?.list(limit: keyLimit) ?? []
        var settings: [APIKeySetting] = []
        for item in items where !context.isFull {
            guard let mapping = item.mapping(keys: ["name", "key", "role", "tenant"]) else { continue }
            for key in ["name", "key", "role"] where mapping.values[key] == nil {
                context.report(mapping.place, "\(key) is missing")
            }
            let nameText = mapping.text("name")
            let name = nameText?.name(context)
            let keyText = mapping.text("key")
            let key = keyText.flatMap { self.key($0, context) }
            let role: APIKeySetting.Role? = mapping.choice("role")
            let tenant = mapping.line("tenant", limit: 256)
            guard let nameText, let name, let keyText, let key, let role else { continue }
            let setting = APIKeySetting(name: name, key: key, role: role, tenant: tenant)
            if settings.contains(where: { $0.name == name }) {
                context.report(nameText.place, "is the name of another key already")
            } else if let other = settings.first(where: { $0.isSameKey(as: setting) }) {
                context.report(keyText.place, "is the key of \(other.name) already")
            } else {
                settings.append(setting)
            }
        }
        return settings
    }

    private static func key(_ setting: SettingText, _ context: LoadContext) -> String? {
        guard let key = setting.secret(context) else { return nil }
        guard key.value.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            context.report(setting.place, "has characters that cannot stand in a header, or spaces\(key.origin)")
            return nil
        }
        guard (shortestKey...longestKey).contains(key.value.utf8.count) else {
            context.report(setting.place, "must have \(shortestKey) to \(longestKey) characters\(key.origin)")
            return nil
        }
        if key.isLiteral { context.clearText.append(ClearTextSetting(path: setting.place.path, kind: .apiKey)) }
        return key.value
    }
}
