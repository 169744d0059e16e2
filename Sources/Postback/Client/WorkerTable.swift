/// Workers in columns, for a person.
enum WorkerTable {
    /// - Parameter workers: as the API's health tells of them.
    static func lines(_ workers: [JSONValue], within width: Int?) -> [String] {
        var table = TextTable(
            ["WORKER", "STATE", "QUEUES", "JOBS", "LAST BEAT", "CURRENT"],
            shrinking: ["WORKER", "QUEUES"],
            empty: "no workers: jobs wait until one is started (postback up, postback worker)"
        )
        for worker in workers {
            let jobs = worker["current_jobs"]?.elements.compactMap(\.text) ?? []
            table.add([
                worker["name"]?.text ?? "", worker["state"]?.text ?? "",
                worker["queues"]?.elements.compactMap(\.text).joined(separator: ",") ?? "",
                "\(jobs.count)/\(worker["concurrency"]?.text ?? "?")", worker["last_beat"]?.text ?? "-",
                jobs.first ?? "-",
            ])
        }
        return table.lines(within: width)
    }
}
