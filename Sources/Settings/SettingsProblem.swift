/// One thing that is wrong with the configuration, told in one line. No message repeats a configured value, because any
/// value may turn out to be a misplaced secret.
package struct SettingsProblem: Hashable, Sendable, CustomStringConvertible {
    /// The file as it was named, or `nil` when an environment variable is to blame.
    package let file: String?
    /// The line in the file, from 1; `nil` when it is not known.
    package let line: Int?
    /// `routes[1].success.url`, or the name of an environment variable; empty when the whole file is meant.
    package let path: String
    /// What is wrong, and what would be right.
    package let message: String

    /// Makes a problem.
    package init(file: String? = nil, line: Int? = nil, path: String, message: String) {
        self.file = file
        self.line = line
        self.path = path
        self.message = message
    }

    /// `postback.yaml:12: routes[1].success.url: message`
    package var description: String {
        let place = file.map { name in line.map { "\(name):\($0): " } ?? "\(name): " } ?? ""
        return place + (path.isEmpty ? "" : "\(path): ") + message
    }
}

/// Everything that is wrong with the configuration. Nothing was changed; what to do: mend it and try again.
package struct SettingsErrors: Error, Hashable, Sendable, CustomStringConvertible {
    /// At least one, in the order of the file.
    package let problems: [SettingsProblem]

    /// One line for each problem.
    package var description: String {
        problems.map(\.description).joined(separator: "\n")
    }
}
