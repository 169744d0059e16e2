import Deliveries
import HTTPTypes
import Hummingbird
import JobQueue

/// Jobs: how they stand, and what can be done with them.
struct JobRoutes {
    private static let path = "/api/jobs"
    private static let filters = ["status", "queue", "product_id", "code", "tenant", "since", "until"]
    /// Jobs that one request may ask for.
    private static let lookupLimit = 100
    /// Jobs that one request may cancel.
    private static let cancelLimit = 1000

    let dependencies: APIDependencies

    var endpoints: [Endpoint] {
        [
            .keyed(.post, Self.path + "/status", .role(.submit), respond: showMany),
            .keyed(.get, Self.path + "/status/{id}", .role(.submit), respond: show),
            .keyed(.get, Self.path + "/{id}", .role(.submit), respond: show),
            .keyed(.post, Self.path + "/{id}/cancel", .role(.submit), respond: cancel),
            .keyed(.delete, Self.path + "/{id}", .role(.submit), respond: cancel),
            .keyed(.get, Self.path, .role(.ops), parameters: Self.filters + ListPage.parameters, respond: list),
            .keyed(.post, Self.path + "/{id}/retry", .role(.ops), respond: retry),
            .keyed(.post, Self.path + "/cancel", .role(.ops), respond: cancelMany),
        ]
    }

    private func show(_ call: Call, _ key: APIKey) async throws -> Response {
        Response(.object(try await dependencies.job(of: call, for: key).members))
    }

    private func showMany(_ call: Call, _ key: APIKey) async throws -> Response {
        let body = try await JSONBody(of: call.request, known: ["job_ids", "job_id"])
        let one = try body.text("job_id")
        guard let texts = try body.texts("job_ids") ?? one.map({ [$0] }) else {
            throw Problem.invalid("job_ids", "is missing")
        }
        guard (1...Self.lookupLimit).contains(texts.count) else {
            throw Problem.invalid("job_ids", "must name 1 to \(Self.lookupLimit) jobs")
        }
        // What is no id is the id of nothing.
        let ids = texts.map { JobID($0) }
        var views: [JobID: JobView] = [:]
        for case let view? in try await dependencies.jobs.jobs(ids.compactMap(\.self))
        where key.covers(tenant: view.record.tenant) {
            views[view.record.id] = view
        }
        let found = ids.map { id in id.flatMap { views[$0] } }
        return Response([
            "items": .array(found.compactMap { view in view.map { .object($0.members) } }),
            "next": .null,
            "not_found": .array(zip(texts, found).filter { $0.1 == nil }.map { .string($0.0) }),
        ])
    }

    private func cancel(_ call: Call, _ key: APIKey) async throws -> Response {
        let id = try await checkedID(call, key)
        switch try await dependencies.jobs.cancel(id, requestedBy: key.name) {
        case .cancelled(let job): return Self.changed(job, .ok, "the job is cancelled")
        case .requested(let job):
            return Self.changed(
                job,
                .accepted,
                "the job is being worked on; it is cancelled as soon as its worker stops"
            )
        case .onItsWay: throw Problem.unavailable("the job is on its way into the queue", retryAfter: 5)
        case .ended(let status): throw Problem(.alreadyEnded, "job \(id) has ended as \(status.rawValue)")
        case .notFound: throw Problem.notFound("job \(id)")
        }
    }

    private func retry(_ call: Call, _ key: APIKey) async throws -> Response {
        let id = try await checkedID(call, key)
        switch try await dependencies.jobs.retry(id, requestedBy: key.name) {
        case .queued(let job): return Self.changed(job, .accepted, "the job is in the queue again")
        case .notEnded(let status): throw Problem(.notEnded, "job \(id) is \(status.rawValue)")
        case .completed: throw Problem(.alreadyCompleted, "job \(id) was completed; submit a new one")
        case .expired: throw Problem(.gone, "what job \(id) needs to run is no longer kept; submit a new one")
        case .full(let limit): throw Problem.queueFull(limit: limit, retryAfter: 10)
        case .notFound: throw Problem.notFound("job \(id)")
        }
    }

    private func list(_ call: Call, _ key: APIKey) async throws -> Response {
        let parameters = call.parameters
        let now = dependencies.now()
        let query = JobQuery(
            status: try parameters.choice("status", of: JobStatus.self),
            queue: try parameters.text("queue").map { text in
                guard let queue = QueueName(text) else { throw Problem.invalid("queue", "is not the name of a queue") }
                return queue
            },
            productID: try parameters.text("product_id"),
            code: try parameters.text("code"),
            tenant: try key.scope(asked: try parameters.text("tenant")),
            since: try parameters.time("since", now: now),
            until: try parameters.time("until", now: now)
        )
        let list = try ListPage(parameters)
        let page = try await dependencies.jobs.list(query, limit: list.limit, cursor: list.cursor)
        let given: [(name: String, value: String?)] = [
            ("status", query.status?.rawValue), ("queue", query.queue?.text), ("product_id", query.productID),
            ("code", query.code), ("tenant", try parameters.text("tenant")),
            ("since", query.since?.rfc3339WithMilliseconds), ("until", query.until?.rfc3339WithMilliseconds),
        ]
        return list.response(
            items: page.items.map { .object($0.members) },
            next: page.next,
            path: Self.path,
            filters: given.compactMap { name, value in value.map { (name: name, value: $0) } }
        )
    }

    /// Cancels what the filters name, a bounded number at a time.
    private func cancelMany(_ call: Call, _ key: APIKey) async throws -> Response {
        let body = try await JSONBody(of: call.request, known: Self.filters + ["limit", "dry_run"])
        let query = try Self.query(body, key, now: dependencies.now())
        let limit = try body.integer("limit", in: 1...Self.cancelLimit) ?? Self.cancelLimit
        let isDryRun = try body.flag("dry_run") ?? false
        let (found, hasMore) = try await unended(query, limit: limit)
        var cancelled = isDryRun ? found.count { $0.status != .processing } : 0
        var requested = isDryRun ? found.count - cancelled : 0
        var isPartial = hasMore
        do {
            for job in isDryRun ? [] : found {
                switch try await dependencies.jobs.cancel(job.id, requestedBy: key.name) {
                case .cancelled: cancelled += 1
                case .requested: requested += 1
                case .onItsWay: isPartial = true
                case .ended, .notFound: break  // It ended meanwhile.
                }
            }
        } catch {
            // What was done is told; whoever asks again hears of what is wrong.
            guard cancelled + requested > 0 else { throw error }
            isPartial = true
        }
        return Response([
            "cancelled": JSON(cancelled), "requested": JSON(requested), "dry_run": JSON(isDryRun),
            "has_more": JSON(isPartial),
        ])
    }

    /// Jobs that have not ended, as far as the limit goes, and whether there are more.
    private func unended(_ query: JobQuery, limit: Int) async throws -> (jobs: [JobRecord], hasMore: Bool) {
        var found: [JobRecord] = []
        for status in query.status.map({ [$0] }) ?? JobStatus.allCases.filter({ !$0.isEnd }) {
            var query = query
            query.status = status
            var cursor: String?
            repeat {
                let page = try await dependencies.jobs.list(query, limit: 200, cursor: cursor)
                found += page.items.map(\.record)
                if found.count > limit { return (Array(found.prefix(limit)), true) }
                cursor = page.next
            } while cursor != nil
        }
        return (found, false)
    }

    /// The filters of a body. One at least must be given: nobody means everything by saying nothing.
    private static func query(_ body: JSONBody, _ key: APIKey, now: Timestamp) throws(Problem) -> JobQuery {
        let status = try body.choice("status", of: JobStatus.self)
        if let status, status.isEnd { throw .invalid("status", "\(status.rawValue) jobs have ended") }
        let asked = try body.text(under: ["tenant"])?.text
        var query = JobQuery(status: status, tenant: try key.scope(asked: asked))
        if let text = try body.text(under: ["queue"])?.text {
            guard let queue = QueueName(text) else { throw .invalid("queue", "is not the name of a queue") }
            query.queue = queue
        }
        query.productID = try body.text(under: ["product_id"])?.text
        query.code = try body.text(under: ["code"])?.text
        query.since = try time(body, "since", now: now)
        query.until = try time(body, "until", now: now)
        guard asked != nil || query != JobQuery(tenant: key.tenant) else {
            throw Problem(.invalid, "name at least one of \(filters.joined(separator: ", "))")
        }
        return query
    }

    private static func time(_ body: JSONBody, _ name: String, now: Timestamp) throws(Problem) -> Timestamp? {
        guard let text = try body.text(under: [name])?.text else { return nil }
        guard let time = RelativeTime.before(now, text) ?? Timestamp(rfc3339: text) else {
            throw .invalid(name, "\(quoted(text)) is not a time such as 2024-01-15T10:05:00Z or 24h")
        }
        return time
    }

    /// The job that the path names, if the key may know of it; the body must be empty.
    private func checkedID(_ call: Call, _ key: APIKey) async throws -> JobID {
        _ = try await JSONBody(of: call.request, known: [])
        let id = try call.jobID()
        // The queue answers for jobs that are not there; only a tenant has to be known before.
        if key.tenant != nil { _ = try await dependencies.job(of: call, for: key) }
        return id
    }

    private static func changed(_ job: JobRecord, _ status: HTTPResponse.Status, _ message: String) -> Response {
        Response(
            [
                "success": JSON(true), "job_id": .string(job.id.text), "status": JSON(job.status),
                "message": .string(message),
            ],
            status: status
        )
    }
}

extension APIDependencies {
    /// The job that the path of a call names; one of another tenant is not there.
    func job(of call: Call, for key: APIKey) async throws -> JobView {
        let id = try call.jobID()
        guard let view = try await jobs.jobs([id]).first ?? nil, key.covers(tenant: view.record.tenant) else {
            throw Problem.notFound("job \(id)")
        }
        return view
    }
}
