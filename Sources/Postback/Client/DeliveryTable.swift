/// Deliveries in columns, for a person.
struct DeliveryTable {
    private var rows = [["DELIVERY", "STATUS", "ATTEMPTS", "TYPE", "DESTINATION", "JOB", "LAST"]]

    /// Adds a delivery as the API lists it.
    mutating func add(_ item: JSONValue) {
        let last = [item["last_outcome"]?.text, item["last_status_code"]?.text, item["last_error"]?.text]
            .compactMap { $0 }.joined(separator: " ")
        rows.append([
            item["id"]?.text ?? "", item["status"]?.text ?? "", item["attempts"]?.text ?? "", item["type"]?.text ?? "",
            item["destination"]?.text ?? "", item["job_id"]?.text ?? "-", last.isEmpty ? "-" : String(last.prefix(80)),
        ])
    }

    /// The table, a line each.
    var lines: [String] {
        guard rows.count > 1 else { return ["no deliveries"] }
        let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.map { row in
            zip(row, widths).map { cell, width in cell + String(repeating: " ", count: width - cell.count) }
                .joined(separator: "  ").trimmingSuffix(while: { $0 == " " })
        }
    }
}

extension String {
    fileprivate func trimmingSuffix(while predicate: (Character) -> Bool) -> String {
        var text = self
        while let last = text.last, predicate(last) { text.removeLast() }
        return text
    }
}
