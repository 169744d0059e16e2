/// One job, for a person who wants to know how it stands.
struct JobReport {
    let job: JSONValue

    var lines: [String] {
        var lines: [String] = []
        func add(_ label: String, _ value: String?) {
            if let value, !value.isEmpty { lines.append(label.padded(to: 14) + value) }
        }
        add("Job", job["job_id"]?.text)
        add("Status", status)
        add("Product", job["product_id"]?.text)
        add("Code", job["code"]?.text)
        add("Queue", [job["queue"]?.text, job["priority"]?.text].compactMap { $0 }.joined(separator: ", "))
        add("Tries", tries)
        add("Created", job["created_at"]?.text)
        add("Runs at", job["run_at"]?.text)
        add("Started", job["started_at"]?.text)
        add("Ended", job["completed_at"]?.text)
        add("Next try", job["next_retry_at"]?.text)
        if job["completed_at"]?.text == nil { add("Expected", job["estimated_completion"]?.text) }
        add("Cancelled by", job["cancelled_by"]?.text)
        add("Error", job["error"]?.text)
        if let result = job["result"] { lines += Self.resultLines(result) }
        if let callback = job["callback"] { lines += Self.callbackLines(callback) }
        return lines
    }

    private var status: String? {
        switch job["status"]?.text {
        case "processing":
            "processing, \(job["progress"]?.text ?? "0") %\(job["stage"]?.text.map { ", \($0)" } ?? "")"
        case "queued": "queued\(job["position_in_queue"]?.text.map { ", position \($0)" } ?? "")"
        default: job["status"]?.text
        }
    }

    private var tries: String? {
        guard let retries = job["retry_count"]?.text, let most = job["max_retries"]?.text, retries != "0" else {
            return nil
        }
        return "\(retries) of \(most) retries"
    }

    /// A PDF's name, size and link; another result as it is.
    static func resultLines(_ result: JSONValue) -> [String] {
        guard case .object = result else { return [] }
        guard let name = result["pdf_filename"]?.text else { return ["Result".padded(to: 14) + result.line] }
        let facts = [
            result["pdf_file_size"]?.text.flatMap { Int($0) }.map(size),
            result["pages"]?.text.map { $0 == "1" ? "1 page" : "\($0) pages" },
            result["render_ms"]?.text.map { "rendered in \($0) ms" },
        ].compactMap { $0 }
        var lines = ["File".padded(to: 14) + name + (facts.isEmpty ? "" : " (\(facts.joined(separator: ", ")))")]
        for name in ["download_url", "google_drive_link"] {
            if let link = result[name]?.text { lines.append("Link".padded(to: 14) + link) }
        }
        return lines
    }

    private static func callbackLines(_ callback: JSONValue) -> [String] {
        guard case .object = callback else { return [] }
        let facts = [
            callback["status"]?.text ?? "when the job has ended", callback["delivered_at"]?.text,
            callback["last_error"]?.text,
        ].compactMap { $0 }
        var lines = ["Callback".padded(to: 14) + facts.joined(separator: ", ")]
        if let url = callback["url"]?.text { lines.append("".padded(to: 14) + url) }
        if let id = callback["delivery_id"]?.text { lines.append("".padded(to: 14) + id) }
        return lines
    }

    /// Bytes as people read them.
    static func size(_ bytes: Int) -> String {
        if bytes < 1024 { return "\(bytes) B" }
        if bytes < 1 << 20 { return "\((bytes + 512) / 1024) KiB" }
        let tenths = (bytes * 10 + 1 << 19) >> 20
        return "\(tenths / 10).\(tenths % 10) MiB"
    }
}
