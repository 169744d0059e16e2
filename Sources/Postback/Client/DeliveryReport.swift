import Deliveries
import Foundation

/// One delivery and its attempts, for a person who wants to know why.
struct DeliveryReport {
    private let delivery: JSONValue
    /// The body's own text, not decoded: it is what was signed.
    private let body: String?
    /// How its destination stands, if that matters.
    var destination: JSONValue?

    /// The destination that it waits for; `nil` when it has ended.
    var waitsFor: String? { delivery["status"]?.text == "pending" ? delivery["destination"]?.text : nil }

    /// - Parameter data: what `GET /api/deliveries/{id}` answered.
    init(_ data: Data) throws {
        do {
            delivery = try JSONDecoder().decode(JSONValue.self, from: data)
            let object = try JSONObjectBytes(Array(data))
            body = object.members.first { object.isNamed($0, "body") }.map { member in
                let value = object.bytes[member.name.upperBound..<member.whole.upperBound].drop {
                    $0 != UInt8(ascii: ":")
                }
                return String(decoding: value.dropFirst(), as: UTF8.self)
            }
        } catch {
            throw CommandFailure(.failed, "the answer is not understood; is it another version?")
        }
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
        if let waiting { lines.append("Waiting".padded(to: 14) + waiting) }
        if let body { lines.append("Body".padded(to: 14) + body.prefix(2000)) }
        let attempts = delivery["attempts"]?.elements ?? []
        lines.append("")
        lines.append(attempts.isEmpty ? "No attempts yet" : "Attempts")
        for attempt in attempts { lines += Self.lines(of: attempt) }
        return lines
    }

    /// Why it is not sent when it is due; `nil` when nothing holds it up.
    private var waiting: String? {
        guard let destination, let health = destination["health"]?.text else { return nil }
        let reason = destination["reason"]?.text
        if destination["configured"]?.text == "false" {
            return "the destination: " + (reason ?? "nothing says how it is called")
        }
        switch health {
        case "paused", "gone":
            return "the destination is \(health) until it is resumed" + (reason.map { ": \($0)" } ?? "")
        case "suspended":
            let probe = destination["next_probe_at"]?.text.map { ", next probe at \($0)" } ?? ""
            return "the destination is suspended" + (reason.map { ": \($0)" } ?? "") + probe
        default: return nil
        }
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
            lines.append(
                "      answered: " + String(body.prefix(500)).split(whereSeparator: \.isNewline).joined(separator: " ")
            )
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
