import Deliveries
import Ledger

extension DeliverySummary {
    /// The members of a delivery.
    ///
    /// - Parameter showsQuery: whether the URL is shown whole. Its query may hold a token, so lists leave it out.
    func members(showsQuery: Bool) -> [(name: String, value: JSON)] {
        [
            ("id", .string(id.description)),
            ("event_id", .string(eventID)),
            ("type", .string(type)),
            ("tenant", JSON(tenant)),
            ("job_id", JSON(jobID)),
            ("product_id", JSON(productID)),
            ("queue", JSON(queue)),
            ("destination", .string(destination)),
            ("route", JSON(route)),
            ("url", .string(showsQuery ? url : url.withoutQuery)),
            ("status", JSON(status)),
            ("attempts", JSON(attempts)),
            ("next_attempt_at", JSON(nextAttemptAt)),
            ("published_at", JSON(publishedAt)),
            ("received_at", JSON(receivedAt)),
            ("ended_at", JSON(endedAt)),
            ("last_outcome", JSON(lastOutcome)),
            ("last_status_code", JSON(lastStatusCode)),
            ("last_error", JSON(lastError)),
        ]
    }
}

extension String {
    /// A URL up to its query or fragment.
    var withoutQuery: String { String(prefix { $0 != "?" && $0 != "#" }) }
}
