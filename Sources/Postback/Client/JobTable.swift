/// Jobs in columns, for a person.
struct JobTable: ItemTable {
    private var table = TextTable(
        ["JOB", "STATUS", "PRODUCT", "CODE", "CREATED", "LAST"],
        shrinking: ["PRODUCT", "CODE", "LAST"],
        empty: "no jobs"
    )

    mutating func add(_ item: JSONValue) {
        table.add([
            item["job_id"]?.text ?? "", item["status"]?.text ?? "", item["product_id"]?.text ?? "-",
            item["code"]?.text ?? "-", Self.seconds(item["created_at"]?.text), Self.last(item),
        ])
    }

    func lines(within width: Int?) -> [String] { table.lines(within: width) }

    /// What is worth knowing of a job in its status.
    private static func last(_ item: JSONValue) -> String {
        switch item["status"]?.text {
        case "completed":
            return [item["result"]?["pdf_filename"]?.text, callback(item)].compactMap { $0 }.joined(separator: ", ")
        case "processing":
            return "\(item["progress"]?.text ?? "0") % \(item["stage"]?.text ?? "")"
        case "queued":
            return item["position_in_queue"]?.text.map { "position \($0)" } ?? "-"
        case "scheduled":
            if let at = item["next_retry_at"]?.text { return "next try \(seconds(at)): \(item["error"]?.text ?? "")" }
            return item["run_at"]?.text.map { "at \(seconds($0))" } ?? "-"
        case "failed":
            return [item["error"]?.text, callback(item)].compactMap { $0 }.joined(separator: ", ")
        default:
            return item["cancelled_by"]?.text.map { "by \($0)" } ?? "-"
        }
    }

    /// How the callback stands; `nil`: nobody is called, or it was not read yet.
    private static func callback(_ item: JSONValue) -> String? {
        item["callback"]?["status"]?.text.map { "callback \($0)" }
    }

    /// A time without its fraction: columns are narrow.
    private static func seconds(_ time: String?) -> String {
        guard let time, let point = time.firstIndex(of: ".") else { return time ?? "-" }
        return time[..<point] + "Z"
    }
}
