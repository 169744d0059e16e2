import Foundation

/// What `/proc/<id>/stat` says of a process (proc(5)).
struct ProcessStatus {
    let id: Int32
    let parent: Int32
    /// Processor time, its own, in ticks of the clock.
    let ticks: Int64
    /// That of its children that have ended.
    let ticksOfEnded: Int64

    /// `nil`: there is no such process (any more).
    init?(_ id: Int32) {
        guard let text = try? String(contentsOfFile: "/proc/\(id)/stat", encoding: .utf8) else { return nil }
        self.init(id, text)
    }

    init?(_ id: Int32, _ text: String) {
        // The second field is the program's name, which may hold anything, brackets too.
        guard let nameEnd = text.lastIndex(of: ")") else { return nil }
        let fields = text[nameEnd...].split(separator: " ").dropFirst().map { Int64($0) }
        guard fields.count > 14, let parent = fields[1].flatMap({ Int32(exactly: $0) }) else { return nil }
        self.id = id
        self.parent = parent
        let times = fields[11...14].map { $0 ?? 0 }
        ticks = times[0] + times[1]
        ticksOfEnded = times[2] + times[3]
    }
}
