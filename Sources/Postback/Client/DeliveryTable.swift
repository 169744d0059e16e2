/// Deliveries in columns, for a person.
struct DeliveryTable {
    private var table = TextTable(
        ["DELIVERY", "STATUS", "ATTEMPTS", "TYPE", "DESTINATION", "JOB", "LAST"],
        empty: "no deliveries"
    )

    /// Adds a delivery as the API lists it.
    mutating func add(_ item: JSONValue) {
        let last = [item["last_outcome"]?.text, item["last_status_code"]?.text, item["last_error"]?.text]
            .compactMap { $0 }.joined(separator: " ")
        table.add([
            item["id"]?.text ?? "", item["status"]?.text ?? "", item["attempts"]?.text ?? "", item["type"]?.text ?? "",
            item["destination"]?.text ?? "", item["job_id"]?.text ?? "-", last.isEmpty ? "-" : String(last.prefix(80)),
        ])
    }

    /// The table, a line each.
    var lines: [String] { table.lines }
}
