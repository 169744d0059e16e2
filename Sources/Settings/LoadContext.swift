/// What one load of the configuration shares: the environment, and the problems found so far.
///
/// A class because every reader adds to the same list; it is used by one call of the loader only.
final class LoadContext {
    /// More problems than this help nobody, and a file made to have millions must not use up the memory.
    static let problemLimit = 200

    /// The file as it was named.
    let file: String?
    /// The whole environment, for `env:NAME`.
    let environment: [String: String]
    private(set) var problems: [SettingsProblem] = []
    /// What `env:` names.
    var namedVariables: Set<String> = []
    /// Secrets that stand in the file in clear text.
    var clearText: [ClearTextSetting] = []

    init(file: String?, environment: [String: String]) {
        self.file = file
        self.environment = environment
    }

    /// Whether there is no point in looking further.
    var isFull: Bool { problems.count >= Self.problemLimit }

    /// Notes a problem.
    func report(_ place: Place, _ message: String) {
        guard !isFull else { return }
        problems.append(
            SettingsProblem(file: place.isInFile ? file : nil, line: place.line, path: place.path, message: message)
        )
    }

    /// Throws if there were problems: those of the environment first, then those of the file from top to bottom.
    func throwIfAny() throws(SettingsErrors) {
        guard !problems.isEmpty else { return }
        let sorted = problems.enumerated().sorted { left, right in
            (left.element.line ?? 0, left.offset) < (right.element.line ?? 0, right.offset)
        }
        throw SettingsErrors(problems: sorted.map(\.element))
    }
}

/// A secret that stands in the file itself, for ``RouteCheck``.
struct ClearTextSetting: Hashable, Sendable {
    enum Kind: Hashable, Sendable {
        case secret, apiKey, header, password
    }

    var path: String
    var kind: Kind
}
