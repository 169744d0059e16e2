import ArgumentParser

/// Which jobs: the filters of `GET /api/jobs` and `POST /api/jobs/cancel` (contract section 5).
struct JobFilters: Filters {
    @Option(help: "scheduled, queued, processing, completed, failed or cancelled.")
    var status: String?
    @Option(help: "Name of the queue.")
    var queue: String?
    @Option(help: "Id of the product.")
    var product: String?
    @Option(help: "What the submitter called the document.")
    var code: String?
    @Option(help: "Whose jobs, for a key that sees every tenant.")
    var tenant: String?
    @Option(parsing: .unconditional, help: "Submitted at this time or later: RFC 3339, or 30m, 24h, 7d ago.")
    var since: String?
    @Option(parsing: .unconditional, help: "Submitted before this time.")
    var until: String?

    var query: [(String, String?)] {
        [
            ("status", status), ("queue", queue), ("product_id", product), ("code", code), ("tenant", tenant),
            ("since", since), ("until", until),
        ]
    }
}
