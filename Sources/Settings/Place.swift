/// Where a setting stands: in the file, or in an environment variable.
struct Place: Hashable {
    /// `routes[1].success.url`, or the name of the variable.
    var path: String
    /// The line in the file, from 1.
    var line: Int?
    /// Whether it stands in the file.
    var isInFile: Bool

    /// A place in the file.
    init(path: String, line: Int?) {
        self.path = path
        self.line = line
        self.isInFile = true
    }

    /// An environment variable.
    init(variable: String) {
        self.path = variable
        self.line = nil
        self.isInFile = false
    }

    /// The path of a member of the mapping that stands here.
    func path(of key: String) -> String { path.isEmpty ? key : "\(path).\(key)" }
}
