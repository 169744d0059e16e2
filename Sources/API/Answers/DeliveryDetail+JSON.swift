import Deliveries
import Ledger

extension DeliveryDetail {
    /// The members of the view of one delivery: those of the list, with the attempts in place of their number, and what is
    /// sent.
    ///
    /// - Parameter userAgent: what deliveries carry in `user-agent`.
    func members(userAgent: String) -> [(name: String, value: JSON)] {
        var members = summary.members(showsQuery: true)
        if let count = members.firstIndex(where: { $0.name == "attempts" }) { members.remove(at: count) }
        return members + [
            ("attempt_count", JSON(summary.attempts)),
            // The body is an object that was checked when it was made, and it is shown as it is sent.
            ("body", .verbatim(body)),
            ("headers_sent", .object(headersSent(userAgent: userAgent))),
            ("attempts", .array(attempts.map { .object($0.members) })),
        ]
    }

    /// The headers that are the same on every attempt. Signatures and the destination's own headers stay out: they are
    /// secrets, or made from them.
    private func headersSent(userAgent: String) -> [(name: String, value: JSON)] {
        var headers: [(name: String, value: JSON)] = [
            ("content-type", "application/json"),
            ("user-agent", .string(userAgent)),
            ("webhook-id", .string(summary.eventID)),
            ("x-postback-event", .string(summary.type)),
            ("x-postback-delivery", .string(summary.id.description)),
        ]
        if let traceparent { headers.append(("traceparent", .string(traceparent))) }
        return headers
    }
}
