/// Workers in columns, for a person.
enum WorkerTable {
    /// - Parameter workers: as the API's health tells of them.
    static func lines(_ workers: [JSONValue], within width: Int?) -> [String] {
        var table = TextTable(
            ["WORKER", "STATE", "QUEUES", "JOBS", "MEMORY", "CPU", "LAST BEAT", "CURRENT"],
            shrinking: ["WORKER", "QUEUES"],
            empty: "no workers: jobs wait until one is started (postback up, postback worker)"
        )
        for worker in workers {
            let jobs = worker["current_jobs"]?.elements.compactMap(\.text) ?? []
            table.add([
                worker["name"]?.text ?? "", worker["state"]?.text ?? "",
                worker["queues"]?.elements.compactMap(\.text).joined(separator: ",") ?? "",
                "\(jobs.count)/\(worker["concurrency"]?.text ?? "?")",
                worker["memory_bytes"]?.text.flatMap { Int64($0) }.map(megabytes) ?? "-",
                worker["cpu_seconds"]?.text.flatMap { Double($0) }.map { QueueTable.age(Int($0)) } ?? "-",
                worker["last_beat"]?.text ?? "-", jobs.first ?? "-",
            ])
        }
        return table.lines(within: width)
    }

    private static func megabytes(_ bytes: Int64) -> String { "\((bytes + 500_000) / 1_000_000) MB" }
}
