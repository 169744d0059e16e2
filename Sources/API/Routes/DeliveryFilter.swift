import Deliveries
import Ledger

/// The filters of the list of deliveries, as the ledger takes them and as the link to the next page repeats them.
struct DeliveryFilter: Sendable {
    static let parameters = [
        "status", "route", "destination", "type", "job_id", "event_id", "since", "until", "outcome", "status_code",
        "tenant", "q",
    ]

    private(set) var query = DeliveryQuery()
    /// The filters that were given, with times made absolute so that later pages show the same list.
    private(set) var pairs: [(name: String, value: String)] = []

    init(_ parameters: QueryParameters, now: Timestamp) throws(Problem) {
        query.status = try parameters.choice("status", of: DeliveryStatus.self)
        query.route = try parameters.text("route")
        query.destination = try parameters.text("destination")
        query.type = try parameters.text("type")
        query.jobID = try parameters.text("job_id")
        query.eventID = try parameters.text("event_id")
        query.since = try parameters.time("since", now: now)
        query.until = try parameters.time("until", now: now)
        query.outcome = try parameters.choice("outcome", of: AttemptOutcome.self)
        query.statusCode = try parameters.integer("status_code", in: 100...999)
        query.tenant = try parameters.text("tenant")
        query.text = try parameters.text("q")

        let given: [(name: String, value: String?)] = [
            ("status", query.status?.rawValue),
            ("route", query.route),
            ("destination", query.destination),
            ("type", query.type),
            ("job_id", query.jobID),
            ("event_id", query.eventID),
            ("since", query.since?.rfc3339WithMilliseconds),
            ("until", query.until?.rfc3339WithMilliseconds),
            ("outcome", query.outcome?.rawValue),
            ("status_code", query.statusCode.map(String.init)),
            ("tenant", query.tenant),
            ("q", query.text),
        ]
        pairs = given.compactMap { name, value in value.map { (name: name, value: $0) } }
    }
}
