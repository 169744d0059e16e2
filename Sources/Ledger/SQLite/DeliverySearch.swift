import Deliveries
import GRDB

/// The statement that a ``DeliveryQuery`` amounts to.
///
/// The event, the job, and every status but `delivered` have an index to start from. Anything else walks the
/// deliveries from the newest until the page is full: cheap for what is common, about a second per million rows for
/// what is not there.
struct DeliverySearch {
    /// Ends with the one argument that is not in ``arguments``: the limit.
    let sql: String
    let arguments: [StoredValue]

    static let columns = """
        deliveries.id, deliveries.event_id, type, tenant, job_id, product_id, queue, destination, route, url, status,
          attempts, next_attempt_at, published_at, received_at, ended_at, last_outcome, last_status_code, last_error
        """

    init(_ query: DeliveryQuery) {
        var search = SearchConditions()
        search.require("event = (SELECT number FROM events WHERE events.id = ?)", query.eventID.map { .text($0) })
        search.require("job_id = ?", query.jobID.map { .text($0) })
        search.require("destination = ?", query.destination.map { .text($0) })
        search.require("route = ?", query.route.map { .text($0) })
        search.require("type = ?", query.type.map { .text($0) })
        search.require("tenant = ?", query.tenant.map { .text($0) })
        search.require("received_at >= ?", query.since.map { .time($0) })
        search.require("received_at < ?", query.until.map { .time($0) })
        search.require("last_outcome = ?", query.outcome.map { .word($0) })
        search.require("last_status_code = ?", query.statusCode.map { .integer($0) })
        search.require("deliveries.id < ?", query.after.map { .id($0) })
        if let text = query.text {
            let searched = ["deliveries.event_id", "job_id", "destination", "url", "last_error"]
            search.require(
                "(" + searched.map { $0 + #" LIKE ? ESCAPE '\'"# }.joined(separator: " OR ") + ")",
                searched.map { _ in .text(Self.pattern(containing: text)) }
            )
        }
        if let status = query.status {
            search.require("status = ?", .word(status))
            // What makes SQLite take the index of such deliveries; those of one event or job are fewer still.
            if status != .delivered, query.eventID == nil, query.jobID == nil {
                search.require("status <> 'delivered'")
            }
        }

        sql = "SELECT \(Self.columns) FROM deliveries \(search.clause) ORDER BY deliveries.id DESC LIMIT ?"
        arguments = search.arguments
    }

    /// A LIKE pattern for text anywhere in a column. Text beyond what any of the columns holds is cut, since
    /// SQLite refuses patterns of more than 50,000 bytes.
    private static func pattern(containing text: String) -> String {
        var pattern = "%"
        for character in text.unicodeScalars.prefix(8_192) {
            if character == "%" || character == "_" || character == "\\" { pattern.append("\\") }
            pattern.unicodeScalars.append(character)
        }
        return pattern + "%"
    }
}
