/// Queues in columns, for a person.
enum QueueTable {
    /// - Parameter queues: as the API lists them.
    static func lines(_ queues: [JSONValue], within width: Int?) -> [String] {
        let counts = ["waiting", "active", "delayed", "completed", "failed", "cancelled", "workers"]
        let header = ["QUEUE", "STATE"] + counts.map { $0.uppercased() } + ["OLDEST"]
        var table = TextTable(header, shrinking: ["QUEUE"], empty: "no queues")
        for queue in queues {
            let state = queue["paused"]?.text == "true" ? "paused" : "open"
            table.add(
                [queue["name"]?.text ?? "", state] + counts.map { queue[$0]?.text ?? "0" }
                    + [queue["oldest_age_seconds"]?.text.flatMap { Int($0) }.map(age) ?? "-"]
            )
        }
        return table.lines(within: width)
    }

    /// Seconds as people read them.
    static func age(_ seconds: Int) -> String {
        switch seconds {
        case ..<120: "\(seconds) s"
        case ..<7200: "\(seconds / 60) min"
        case ..<172_800: "\(seconds / 3600) h"
        default: "\(seconds / 86_400) d"
        }
    }
}
