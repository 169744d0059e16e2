import Yams

/// A node of the file and its path.
///
/// The tree is walked only as far as the settings go and never copied, so that aliases cost nothing however often they are
/// repeated.
struct YAMLValue {
    let node: Node
    let place: Place
    let context: LoadContext

    init(_ node: Node, path: String, _ context: LoadContext) {
        self.node = node
        self.place = Place(path: path, line: node.mark?.line)
        self.context = context
    }

    /// Whether nothing stands there: `key:` or `key: null`.
    var isNull: Bool {
        guard case .scalar(let scalar) = node, scalar.style == .plain || scalar.style == .any else { return false }
        return ["", "~", "null", "Null", "NULL"].contains(scalar.string)
    }

    /// The text of a scalar; anything else is reported.
    func text() -> SettingText? {
        guard case .scalar(let scalar) = node else {
            context.report(place, "must be a single value, not \(kind)")
            return nil
        }
        guard !isNull else {
            context.report(place, "has no value")
            return nil
        }
        return SettingText(text: scalar.string, place: place)
    }

    /// The items of a list of at most `limit`; anything else is reported.
    func list(limit: Int) -> [YAMLValue]? {
        guard case .sequence(let sequence) = node else {
            context.report(place, "must be a list, not \(kind)")
            return nil
        }
        guard sequence.count <= limit else {
            context.report(place, "has \(sequence.count) entries, \(limit) are the most")
            return nil
        }
        return sequence.enumerated().map { YAMLValue($1, path: "\(place.path)[\($0)]", context) }
    }

    /// The members of a mapping whose keys are all known; anything else is reported.
    func mapping(keys: [String]) -> YAMLMapping? {
        guard let members = members() else { return nil }
        var values: [String: YAMLValue] = [:]
        for (key, value) in members {
            if keys.contains(key) {
                values[key] = value
            } else if context.isFull {
                break
            } else {
                reportUnknown(key, value, keys)
            }
        }
        return YAMLMapping(place: place, context: context, values: values)
    }

    /// The members of a mapping with any keys; anything else is reported.
    func members() -> [(key: String, value: YAMLValue)]? {
        guard case .mapping(let mapping) = node else {
            context.report(place, "must be a mapping of keys to values, not \(kind)")
            return nil
        }
        return mapping.compactMap { key, value in
            guard case .scalar(let scalar) = key else {
                context.report(place, "has a key that is not a single value")
                return nil
            }
            // The line is the key's: the value itself may stand elsewhere, behind an alias.
            let path = Self.isShowable(scalar.string) ? place.path(of: scalar.string) : place.path
            let line = key.mark?.line ?? place.line
            return (scalar.string, YAMLValue(value, at: Place(path: path, line: line), context))
        }
    }

    private init(_ node: Node, at place: Place, _ context: LoadContext) {
        self.node = node
        self.place = place
        self.context = context
    }

    private func reportUnknown(_ key: String, _ value: YAMLValue, _ known: [String]) {
        if !Self.isShowable(key) {
            context.report(value.place, "has a key that is not known")
        } else if key == "<<" {
            context.report(value.place, "unknown key; merge keys are not supported; an alias for a whole value is")
        } else if let meant = Spelling.closest(to: key, among: known) {
            context.report(value.place, "unknown key; did you mean \(meant)?")
        } else {
            context.report(value.place, "unknown key; known are \(known.joined(separator: ", "))")
        }
    }

    /// Whether a key may appear in a message: a secret that slipped into a key's place may not.
    private static func isShowable(_ key: String) -> Bool {
        (1...64).contains(key.utf8.count) && !key.contains("whsec_")
            && key.utf8.allSatisfy { (0x21...0x7E).contains($0) }
    }

    private var kind: String {
        switch node {
        case .mapping: "a mapping"
        case .sequence: "a list"
        case .scalar, .alias: "a single value"
        }
    }
}

/// A mapping of the file whose keys are known.
struct YAMLMapping: SettingSource {
    let place: Place
    let context: LoadContext
    let values: [String: YAMLValue]

    /// The value of a key, or `nil` if nothing stands there: a section whose members are all commented out is none.
    func section(_ key: String) -> YAMLValue? {
        values[key].flatMap { $0.isNull ? nil : $0 }
    }

    func text(_ key: String) -> SettingText? {
        values[key]?.text()
    }

    func texts(_ key: String, limit: Int) -> [SettingText]? {
        section(key)?.list(limit: limit)?.compactMap { $0.text() }
    }

    func fields(_ key: String, limit: Int) -> [(name: String, value: SettingText)]? {
        guard let members = section(key)?.members() else { return nil }
        guard members.count <= limit else {
            context.report(members[0].value.place, "is one of \(members.count) entries, \(limit) are the most")
            return nil
        }
        return members.compactMap { key, value in value.text().map { (key, $0) } }
    }
}
