/// Deliveries in columns, for a person.
struct DeliveryTable: ItemTable {
    private var table = TextTable(
        ["DELIVERY", "STATUS", "ATTEMPTS", "TYPE", "DESTINATION", "JOB", "LAST"],
        shrinking: ["TYPE", "DESTINATION", "LAST"],
        empty: "no deliveries"
    )

    mutating func add(_ item: JSONValue) {
        let last = [item["last_outcome"]?.text, item["last_status_code"]?.text, item["last_error"]?.text]
            .compactMap { $0 }.joined(separator: " ")
        table.add([
            item["id"]?.text ?? "", item["status"]?.text ?? "", item["attempts"]?.text ?? "", item["type"]?.text ?? "",
            item["destination"]?.text ?? "", item["job_id"]?.text ?? "-", last.isEmpty ? "-" : last,
        ])
    }

    func lines(within width: Int?) -> [String] { table.lines(within: width) }
}
