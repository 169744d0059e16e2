import Deliveries
import HTTPTypes
import Hummingbird
import JobQueue
import Signing

/// The document of a job, for those who have a key or a signed link.
struct JobDownloadRoutes {
    static let path = "/api/jobs/{id}/download"

    let dependencies: APIDependencies

    var endpoints: [Endpoint] {
        [.linked(Self.path, parameters: ["expires", "signature"], respond: download)]
    }

    private func download(_ call: Call, _ key: APIKey?) async throws -> Response {
        let id = try call.jobID()
        let view: JobView
        if let key {
            view = try await dependencies.job(of: call, for: key)
        } else {
            // Whoever has no key learns nothing of a job before the signature is right.
            try check(link: call, of: id)
            guard let found = try await dependencies.jobs.jobs([id]).first ?? nil else {
                throw Problem.notFound("job \(id)")
            }
            view = found
        }
        guard view.record.status == .completed else {
            throw Problem(.notCompleted, "job \(id) is \(view.record.status.rawValue): there is no document")
        }
        return try await document(of: view.record, call)
    }

    /// The document of a completed job.
    func document(of job: JobRecord, _ call: Call) async throws -> Response {
        guard let document = try await dependencies.jobs.document(of: job) else { throw Self.gone(job.id) }
        switch document.location {
        case .url(let url): return Response(status: .found, headers: [.location: url])
        case .file(let path):
            var headers: HTTPFields = [
                .contentType: "application/pdf",
                .contentDisposition: ContentDisposition.attachment(document.filename),
                // A browser may keep it, but asks each time.
                .cacheControl: "private, no-cache",
            ]
            headers[.eTag] = document.sha256.map { "\"\($0)\"" }
            if let tag = headers[.eTag], call.request.method != .post, Self.matches(call.request.headers, tag) {
                return Response(status: .notModified, headers: headers)
            }
            do {
                return Response(
                    status: .ok,
                    headers: headers,
                    body: try await FileIO().loadFile(path: path, context: call.context)
                )
            } catch let error as any HTTPResponseError where error.status == .notFound {
                throw Self.gone(job.id)
            }
        }
    }

    /// - Throws: a ``Problem`` for a link that was not signed here, or whose time is up.
    private func check(link call: Call, of id: JobID) throws(Problem) {
        let expires = try call.parameters.text("expires") ?? ""
        let signature = try call.parameters.text("signature") ?? ""
        do {
            let now = dependencies.now().seconds
            try dependencies.jobRules.link.verify(id: id.text, expires: expires, signature: signature, now: now)
        } catch .expired {
            throw Problem(.gone, "expires: the link has expired; ask for the job with a key")
        } catch {
            throw Problem(.forbidden, "signature: the link was not signed here for this job and time")
        }
    }

    /// Whether the client has this very document (RFC 9110 section 13.1.2).
    private static func matches(_ headers: HTTPFields, _ tag: String) -> Bool {
        let known = headers[.ifNoneMatch]?.split(separator: ",").map { $0.filter { $0 != " " && $0 != "\t" } } ?? []
        return known.contains { $0 == "*" || $0 == tag || $0 == "W/" + tag }
    }

    private static func gone(_ id: JobID) -> Problem {
        Problem(.gone, "the document of job \(id) is no longer stored")
    }
}
