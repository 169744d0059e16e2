/// What an ``Examination`` comes to: the questions that one asks when a callback or a document does not come, each with its answer.
/// A pure value.
struct Diagnosis: Sendable {
    /// In the order in which one would look.
    let findings: [Finding]

    /// Seconds that a job may wait before it is worth a word.
    private static let longWait = 900
    /// So many attempts at least, before a share of them says something.
    private static let fewAttempts = 10

    init(_ examination: Examination) {
        var findings = [Self.access(examination)]
        findings += Self.parts(examination.readiness)
        findings += Self.queues(examination.health)
        if let products = examination.products { findings.append(Self.products(products)) }
        if let destinations = examination.destinations { findings += Self.destinations(destinations) }
        findings += Self.remains(examination)
        self.findings = findings
    }

    /// How many of a level there are.
    func count(_ level: Finding.Level) -> Int { findings.count { $0.level == level } }

    // MARK: The process

    private static func access(_ examination: Examination) -> Finding {
        let (address, key) = (examination.address, examination.key)
        let name = key?["name"]?.text ?? "?"
        let tenant = key?["tenant"]?.text
        guard key?["role"]?.text == "ops", tenant == nil else {
            let reach = tenant.map { "tenant \($0)" } ?? "submitting"
            return Finding(
                .warning,
                "api",
                "answers at \(address), but key \(name) is for \(reach): most of this cannot be seen with it",
                advice: "use a key with the role ops and without a tenant (--api-key, POSTBACK_API_KEY)"
            )
        }
        return Finding(.ok, "api", "answers at \(address), key \(name) sees everything")
    }

    private static func parts(_ readiness: JSONValue?) -> [Finding] {
        guard let readiness else { return [] }
        let reasons = readiness["reasons"]?.elements.compactMap(\.text) ?? []
        func finding(_ subject: String, _ isWell: Bool, _ well: String, _ unwell: String, _ words: [String]) -> Finding
        {
            guard !isWell else { return Finding(.ok, subject, well) }
            let why = reasons.filter { reason in words.contains { reason.hasPrefix($0 + ": ") } }
            return Finding(
                .problem,
                subject,
                ([unwell] + why).joined(separator: "; "),
                advice: "the log of the relay says more; GET /readyz says when it is over"
            )
        }
        return [
            finding(
                "redis",
                readiness["redis_connected"]?.text == "true",
                "connected, the stream is read and jobs are taken",
                "cannot be used",
                ["stream", "acknowledging", "jobs"]
            ),
            finding(
                "ledger",
                readiness["database_connected"]?.text == "true",
                "takes records",
                "cannot be used",
                ["ledger"]
            ),
            finding("relay", readiness["relay"]?.text == "running", "running", "not running", []),
        ]
    }

    // MARK: Jobs

    private static func queues(_ health: JSONValue?) -> [Finding] {
        // Without Redis nobody knows of them; that is told above.
        guard health?["workers_active"]?.text != nil, let queues = health?["queues"]?.elements,
            let workers = health?["workers"]?.elements
        else { return [] }
        var findings: [Finding] = []
        if workers.isEmpty {
            findings.append(
                Finding(
                    .warning,
                    "workers",
                    "none is alive: no document is made",
                    advice: "start `postback worker` or `postback up`; its log says if it cannot work here"
                )
            )
        } else {
            let busy = workers.count { $0["state"]?.text == "busy" }
            findings.append(Finding(.ok, "workers", "\(workers.count) alive, \(busy) busy"))
        }
        return findings + queues.map(queue)
    }

    private static func queue(_ queue: JSONValue) -> Finding {
        let name = queue["name"]?.text ?? "?"
        let (waiting, workers) = (queue.count("waiting"), queue.count("workers"))
        let age = queue.count("oldest_age_seconds")
        let subject = "queue \(name)"
        if queue["paused"]?.text == "true" {
            return Finding(
                waiting > 0 ? .problem : .warning,
                subject,
                "paused, \(waiting) waiting",
                advice: "postback queues resume \(name)"
            )
        }
        if waiting > 0, workers == 0 {
            return Finding(
                .problem,
                subject,
                "\(waiting) waiting, and no worker takes from it",
                advice: "start `postback worker --queues \(name)`"
            )
        }
        if age > longWait {
            return Finding(
                .warning,
                subject,
                "\(waiting) waiting, one of them for \(QueueTable.age(age))",
                advice: "more workers, or a higher worker.concurrency"
            )
        }
        let (active, delayed) = (queue.count("active"), queue.count("delayed"))
        return Finding(.ok, subject, "\(waiting) waiting, \(active) running, \(delayed) for later")
    }

    private static func products(_ products: [JSONValue]) -> Finding {
        guard !products.isEmpty else {
            return Finding(
                .warning,
                "products",
                "there are none: no document can be made",
                advice: "templates.path is the folder that has a folder for each product"
            )
        }
        return Finding(.ok, "products", products.compactMap { $0["id"]?.text }.joined(separator: ", "))
    }

    // MARK: Deliveries

    private static func destinations(_ destinations: [JSONValue]) -> [Finding] {
        let findings = destinations.compactMap(destination)
        guard findings.count < destinations.count || destinations.isEmpty else { return findings }
        let well = destinations.count - findings.count
        return [Finding(.ok, "destinations", destinations.isEmpty ? "none yet" : "\(well) healthy")] + findings
    }

    /// `nil`: there is nothing to say.
    private static func destination(_ destination: JSONValue) -> Finding? {
        let name = destination["name"]?.text ?? "?"
        let subject = "destination \(name)"
        let statistics = destination["statistics"]
        let pending = statistics?.count("pending") ?? 0
        let waits = pending > 0 ? ", \(pending) waiting" : ""
        let reason = destination["reason"]?.text.map { " (\($0))" } ?? ""
        if destination["configured"]?.text != "true" {
            guard pending > 0 else { return nil }
            return Finding(
                .problem,
                subject,
                "in no route any more\(waits)",
                advice: "put it back into the configuration, or cancel: postback deliveries list --destination \(name)"
            )
        }
        switch destination["health"]?.text {
        case "paused", "gone":
            return Finding(
                pending > 0 ? .problem : .warning,
                subject,
                "\(destination["health"]?.text ?? "")\(reason)\(waits)",
                advice: "POST /api/destinations/\(name)/resume"
            )
        case "suspended":
            let probe = destination["next_probe_at"]?.text.map { "; it is tried again at \($0)" } ?? ""
            return Finding(
                .problem,
                subject,
                "suspended\(reason)\(waits)\(probe)",
                advice: "postback deliveries list --destination \(name) --status pending"
            )
        default: break
        }
        let attempts = statistics?.count("recent_attempts") ?? 0
        let delivered = statistics?.count("recent_delivered") ?? 0
        guard attempts >= fewAttempts, delivered < attempts / 2 else { return nil }
        return Finding(
            .warning,
            subject,
            "took \(delivered) of \(attempts) attempts in a day\(waits)",
            advice: "postback deliveries list --destination \(name) --since 24h"
        )
    }

    /// What is left to do for people.
    private static func remains(_ examination: Examination) -> [Finding] {
        func finding(_ subject: String, _ count: Int?, _ what: String, _ none: String, _ advice: String) -> Finding? {
            guard let count else { return nil }
            guard count > 0 else { return Finding(.ok, subject, none) }
            let number = count >= Examination.countLimit ? "\(Examination.countLimit) or more" : "\(count)"
            return Finding(.warning, subject, "\(number) \(what)", advice: advice)
        }
        return [
            finding(
                "deliveries",
                examination.deadDeliveries,
                "died, of those received in the last 7 days",
                "none died, of those received in the last 7 days",
                "postback deliveries list --status dead --since 7d; replay them once the cause is mended"
            ),
            finding(
                "jobs",
                examination.failedJobs,
                "failed, of those submitted in the last 7 days",
                "none failed, of those submitted in the last 7 days",
                "postback jobs list --status failed --since 7d"
            ),
            finding(
                "quarantine",
                examination.quarantined,
                "entries could not be used",
                "empty",
                "GET /api/quarantine says why; POST /api/quarantine/{id}/redrive once it is mended"
            ),
        ].compactMap { $0 }
    }
}

extension JSONValue {
    /// A number of things; 0 where it is not told.
    fileprivate func count(_ name: String) -> Int { self[name]?.text.flatMap { Int($0) } ?? 0 }
}
