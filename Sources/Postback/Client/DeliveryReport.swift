/// One delivery and its attempts, for a person who wants to know why.
struct DeliveryReport {
    private let delivery: JSONValue

    /// - Parameter delivery: as `GET /api/deliveries/{id}` gives it.
    init(_ delivery: JSONValue) {
        self.delivery = delivery
    }

    var lines: [String] {
        var lines: [String] = []
        for (label, name) in [
            ("Delivery", "id"), ("Status", "status"), ("Event", "event_id"), ("Type", "type"), ("Job", "job_id"),
            ("Tenant", "tenant"), ("Destination", "destination"), ("URL", "url"), ("Published", "published_at"),
            ("Next attempt", "next_attempt_at"), ("Ended", "ended_at"), ("Last error", "last_error"),
        ] {
            if let value = delivery[name]?.text { lines.append(label.padded(to: 14) + value) }
        }
        if let body = delivery["body"] { lines.append("Body".padded(to: 14) + String(body.line.prefix(2000))) }
        let attempts = delivery["attempts"]?.elements ?? []
        lines.append("")
        lines.append(attempts.isEmpty ? "No attempts yet" : "Attempts")
        for attempt in attempts { lines += Self.lines(of: attempt) }
        return lines
    }

    private static func lines(of attempt: JSONValue) -> [String] {
        var head = "  \(attempt["number"]?.text ?? "?")".padded(to: 6) + (attempt["started_at"]?.text ?? "")
        head += "  " + (attempt["outcome"]?.text ?? "")
        if let code = attempt["status_code"]?.text { head += " \(code)" }
        if let kind = attempt["error_class"]?.text { head += " \(kind)" }
        if let total = attempt["times_ms"]?["total"]?.text { head += "  \(total) ms" }
        if let trigger = attempt["trigger"]?.text, trigger != "scheduled" { head += "  (\(trigger))" }
        var lines = [head]
        if let error = attempt["error"]?.text { lines.append("      " + error) }
        if let body = attempt["response"]?["body"]?.text, !body.isEmpty {
            lines.append("      answered: " + String(body.prefix(500)).split(whereSeparator: \.isNewline).joined(separator: " "))
        }
        return lines
    }
}

extension String {
    /// The text with spaces behind it, for columns.
    func padded(to width: Int) -> String {
        self + String(repeating: " ", count: max(1, width - count))
    }
}
