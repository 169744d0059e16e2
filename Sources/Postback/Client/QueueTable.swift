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

    /// What is wrong with a system that says that it is not well; `nil` for one that is.
    ///
    /// - Parameter health: the answer of `/api/jobs/health`.
    static func trouble(_ health: JSONValue) -> String? {
        guard health["status"]?.text != "ok" else { return nil }
        let parts = ["redis_connected": "Redis", "database_connected": "the ledger"].sorted { $0.key > $1.key }
        var troubles = parts.compactMap { health[$0.key]?.text == "false" ? "\($0.value) cannot be used" : nil }
        if health["relay"]?.text == "stopped" { troubles.append("the relay has stopped") }
        return "Not well: \(troubles.isEmpty ? "/readyz and the log say why" : troubles.joined(separator: ", "))"
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
