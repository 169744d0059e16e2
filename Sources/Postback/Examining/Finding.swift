/// One thing that `postback doctor` looked at: how it is, and what to do if it is not well.
struct Finding: Hashable, Sendable {
    /// How much it matters.
    enum Level: String, Sendable {
        case ok
        /// Worth a look; what is asked for is done all the same.
        case warning
        /// Something does not happen that should.
        case problem
    }

    var level: Level
    /// What was looked at: `redis`, `queue pdf`.
    var subject: String
    var text: String
    /// What to do, where there is something: mostly a command.
    var advice: String?

    init(_ level: Level, _ subject: String, _ text: String, advice: String? = nil) {
        self.level = level
        self.subject = subject
        self.text = text
        self.advice = advice
    }

    /// For programs, on one line.
    var json: String {
        JSONValue.object([
            ("level", .string(level.rawValue)), ("subject", .string(subject)), ("text", .string(text)),
            ("advice", advice.map(JSONValue.string) ?? .null),
        ]).line
    }
}
