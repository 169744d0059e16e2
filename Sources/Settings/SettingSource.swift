/// A group of settings by key: a mapping of the file, or a section in which environment variables take precedence. Readers of
/// options work on either.
protocol SettingSource {
    /// Where the group stands, for what is missing in it.
    var place: Place { get }
    var context: LoadContext { get }
    /// The setting of a key, or `nil` if it is not there. What is not a text has been reported.
    func text(_ key: String) -> SettingText?
    /// The list of a key, or `nil` if it is not there.
    func texts(_ key: String, limit: Int) -> [SettingText]?
    /// The mapping of names to texts of a key, or `nil` if it is not there.
    func fields(_ key: String, limit: Int) -> [(name: String, value: SettingText)]?
}

extension SettingSource {
    func integer(_ key: String, in range: ClosedRange<Int>) -> Int? {
        text(key)?.integer(in: range, context)
    }

    func flag(_ key: String) -> Bool? {
        text(key)?.flag(context)
    }

    func duration(_ key: String, in range: ClosedRange<Duration>) -> Duration? {
        text(key)?.duration(in: range, context)
    }

    func choice<Choice: RawRepresentable<String> & CaseIterable>(_ key: String) -> Choice? {
        text(key)?.choice(context)
    }

    func line(_ key: String, limit: Int) -> String? {
        text(key)?.line(limit: limit, context)
    }

    /// The path of a file that can be read.
    func readableFile(_ key: String) -> String? {
        text(key)?.readableFile(context)
    }
}
