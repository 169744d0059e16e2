import ArgumentParser

/// Which deliveries: the filters of `GET /api/deliveries` (contract section 5).
struct DeliveryFilters: Filters {
    @Option(help: "pending, delivered, dead or cancelled.")
    var status: String?
    @Option(help: "Name of a route.")
    var route: String?
    @Option(help: "Name of a destination.")
    var destination: String?
    @Option(help: "Type of the event, such as job.failed.")
    var type: String?
    @Option(help: "Id of the job.")
    var jobID: String?
    @Option(help: "Id of the event.")
    var eventID: String?
    @Option(parsing: .unconditional, help: "Received at this time or later: RFC 3339, or 30m, 24h, 7d ago.")
    var since: String?
    @Option(parsing: .unconditional, help: "Received before this time.")
    var until: String?
    @Option(help: "Outcome of the latest attempt: delivered, retry, not_ready, rejected, gone, unknown or blocked.")
    var outcome: String?
    @Option(help: "Status code of the latest attempt.")
    var statusCode: String?
    @Option(help: "Whose deliveries, for a key that sees every tenant.")
    var tenant: String?
    @Option(name: .customShort("q"), help: "Text in the event's id, the job's, the destination, the URL or the error.")
    var text: String?

    var query: [(String, String?)] {
        [
            ("status", status), ("route", route), ("destination", destination), ("type", type), ("job_id", jobID),
            ("event_id", eventID), ("since", since), ("until", until), ("outcome", outcome),
            ("status_code", statusCode), ("tenant", tenant), ("q", text),
        ]
    }
}
