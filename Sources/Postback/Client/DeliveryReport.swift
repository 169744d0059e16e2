import Deliveries
import Foundation

/// One delivery and its attempts, for a person who wants to know why.
struct DeliveryReport {
    private let delivery: JSONValue
    /// The body's own text, not decoded: it is what was signed.
    private let body: String?
    /// How its destination stands, if that matters.
    var destination: JSONValue?

    /// Its status, in the API's word.
    var status: String? { delivery["status"]?.text }

    /// The destination that it waits for; `nil` when it has ended.
    var waitsFor: String? { delivery["status"]?.text == "pending" ? delivery["destination"]?.text : nil }

    /// - Parameter data: what `GET /api/deliveries/{id}` answered.
    init(_ data: Data) throws {
        do {
            let object = try JSONObjectBytes(Array(data), depth: 256)
            let isBody = { object.isNamed($0, "body") }
            body = object.members.first(where: isBody).map { member in
                let value = object.bytes[member.name.upperBound..<member.whole.upperBound].drop {
                    $0 != UInt8(ascii: ":")
                }
                return String(decoding: value.dropFirst(), as: UTF8.self)
            }
            // The body may hold what no decoder takes, such as a number beyond all bounds.
            let others = object.members.filter { !isBody($0) }.map { object.bytes[$0.whole] }
            let rest = "{" + others.map { String(decoding: $0, as: UTF8.self) }.joined(separator: ",") + "}"
            delivery = try JSONDecoder().decode(JSONValue.self, from: Data(rest.utf8))
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
        for attempt in attempts { lines += Self.lines(of: attempt, besides: delivery["url"]?.text) }
        return lines
    }

    /// Why it is not sent when it is due; `nil` when nothing holds it up.
    private var waiting: String? {
        guard let destination, let health = destination["health"]?.text else { return nil }
        let reason = destination["reason"]?.text
        if destination["configured"]?.text == "false" {
            if destination["name"]?.text?.hasPrefix(RouteTable.callbackPrefix) == true {
                return "callbacks.secret is not set: no URL that comes with an event is called"
            }
            return "the destination: " + (reason ?? "nothing says how it is called")
        }
        switch health {
        case "paused", "gone":
            return "the destination is \(health) until it is resumed" + (reason.map { ": \($0)" } ?? "")
        case "suspended":
            let probe = destination["next_probe_at"]?.text.map { ", next probe at \($0)" } ?? ""
            return "the destination is suspended" + (reason.map { ": \($0)" } ?? "") + probe
        default: return turn(at: destination)
        }
    }

    /// What a delivery waits for that is due at a destination which takes deliveries; `nil` before it is due.
    private func turn(at destination: JSONValue) -> String? {
        guard let text = delivery["next_attempt_at"]?.text, let due = Timestamp(rfc3339: text),
            due <= Timestamp(milliseconds: Int64(Date().timeIntervalSince1970 * 1000))
        else { return nil }
        var limits: [String] = []
        if let inFlight = destination["in_flight"]?.text, let allowance = destination["allowance"]?.text {
            limits.append("\(inFlight) of \(allowance) requests at once are under way, this one may be among them")
        }
        if let rate = destination["rate"]?.text { limits.append("at most \(rate)") }
        return "its turn at the destination" + (limits.isEmpty ? "" : ": " + limits.joined(separator: ", "))
    }

    /// - Parameter url: the delivery's own; one that was called in its place is told.
    private static func lines(of attempt: JSONValue, besides url: String?) -> [String] {
        var head = "  \(attempt["number"]?.text ?? "?")".padded(to: 6) + (attempt["started_at"]?.text ?? "")
        head += "  " + (attempt["outcome"]?.text ?? "")
        if let code = attempt["status_code"]?.text { head += " \(code)" }
        if let kind = attempt["error_class"]?.text { head += " \(kind)" }
        if let total = attempt["times_ms"]?["total"]?.text { head += "  \(total) ms" }
        if let trigger = attempt["trigger"]?.text, trigger != "scheduled" { head += "  (\(trigger))" }
        var lines = [head]
        if let called = attempt["url"]?.text, called != url { lines.append("      called \(called)") }
        if let error = attempt["error"]?.text { lines.append("      " + error) }
        // Where it was sent instead, and how long it was asked to wait: what the status alone does not say.
        for header in attempt["response"]?["headers"]?.elements ?? [] {
            guard let name = header["name"]?.text?.lowercased(), ["location", "retry-after"].contains(name) else {
                continue
            }
            lines.append("      \(name): \(header["value"]?.text ?? "")")
        }
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
