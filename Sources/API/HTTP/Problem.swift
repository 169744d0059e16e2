import Deliveries
import HTTPTypes
import Hummingbird
import Ledger

/// An error as a client sees it: RFC 9457 problem details.
struct Problem: Error, Sendable {
    /// What a client can tell problems apart by.
    enum Kind: String, CaseIterable, Sendable {
        /// The request cannot be read: no HTTP, not JSON, or a query string that is not one.
        case malformed
        /// No key, or one that is not known.
        case unauthorized
        /// The key may not do this.
        case forbidden
        case notFound = "not-found"
        case methodNotAllowed = "method-not-allowed"
        /// It was delivered already, and `force` was not given.
        case alreadyDelivered = "already-delivered"
        /// It has ended and cannot be cancelled.
        case alreadyEnded = "already-ended"
        /// The job has not ended.
        case notEnded = "not-ended"
        /// The job was not completed, so there is nothing to download.
        case notCompleted = "not-completed"
        /// The job was completed; there is nothing to try again.
        case alreadyCompleted = "already-completed"
        /// The idempotency key came with another body before.
        case idempotencyConflict = "idempotency-conflict"
        /// It was there once.
        case gone
        /// The quarantined entry still cannot be used.
        case stillUnusable = "still-unusable"
        /// Nothing says how the destination is called.
        case notConfigured = "not-configured"
        case tooLarge = "too-large"
        /// The request line or the header fields are longer than the limits.
        case headersTooLarge = "headers-too-large"
        case unsupportedMediaType = "unsupported-media-type"
        /// The request can be read, but a parameter or member is unknown, missing or unusable.
        case invalid
        /// The document was waited for, and its job failed or was cancelled.
        case jobFailed = "job-failed"
        case rateLimited = "rate-limited"
        case `internal`
        case unavailable

        var status: HTTPResponse.Status {
            switch self {
            case .malformed: .badRequest
            case .unauthorized: .unauthorized
            case .forbidden: .forbidden
            case .notFound: .notFound
            case .methodNotAllowed: .methodNotAllowed
            case .alreadyDelivered, .alreadyEnded, .notEnded, .notCompleted, .alreadyCompleted, .idempotencyConflict,
                .stillUnusable, .notConfigured:
                .conflict
            case .gone: .gone
            case .tooLarge: .contentTooLarge
            case .headersTooLarge: .requestHeaderFieldsTooLarge
            case .unsupportedMediaType: .unsupportedMediaType
            case .invalid, .jobFailed: .unprocessableContent
            case .rateLimited: .tooManyRequests
            case .internal: .internalServerError
            case .unavailable: .serviceUnavailable
            }
        }

        var title: String {
            switch self {
            case .malformed: "The request cannot be read"
            case .unauthorized: "A valid API key is needed"
            case .forbidden: "The key or link may not do this"
            case .notFound: "There is no such thing"
            case .methodNotAllowed: "The method does not apply here"
            case .alreadyDelivered: "It was delivered already"
            case .alreadyEnded: "It has ended already"
            case .notEnded: "It has not ended"
            case .notCompleted: "It was not completed"
            case .alreadyCompleted: "It was completed"
            case .idempotencyConflict: "The idempotency key belongs to another request"
            case .gone: "It is no longer there"
            case .stillUnusable: "The entry still cannot be used"
            case .notConfigured: "The destination is not configured"
            case .tooLarge: "The body is too large"
            case .headersTooLarge: "The headers are too large"
            case .unsupportedMediaType: "The body must be JSON"
            case .invalid: "A value cannot be used"
            case .jobFailed: "The job did not succeed"
            case .rateLimited: "Too many requests"
            case .internal: "Something went wrong here"
            case .unavailable: "It cannot be done at the moment"
            }
        }
    }

    var kind: Kind
    /// One line for a person; names the field, carries no secret.
    var detail: String
    /// The parameter, member or header to blame.
    var field: String?
    var headers: HTTPFields

    init(_ kind: Kind, _ detail: String, field: String? = nil, headers: HTTPFields = [:]) {
        self.kind = kind
        self.detail = detail
        self.field = field
        self.headers = headers
    }

    /// A named parameter, member or header that cannot be used.
    static func invalid(_ field: String, _ reason: String) -> Problem {
        Problem(.invalid, "\(field): \(reason)", field: field)
    }

    /// A name that a client made up, as the field of a problem; `nil` if it is too long to be repeated there.
    static func fieldName(_ name: String?) -> String? { name.flatMap { $0.utf8.count <= 64 ? $0 : nil } }

    /// Nothing of this name is there, or the key may not know of it.
    static func notFound(_ thing: String) -> Problem { Problem(.notFound, "there is no \(thing)") }

    /// Something that the API needs is away for now.
    static func unavailable(_ detail: String, retryAfter seconds: Int) -> Problem {
        Problem(.unavailable, detail, headers: [.retryAfter: String(seconds)])
    }

    /// Too many requests of a class.
    static func rateLimited(_ requestClass: RequestClass, limit: Int, retryAfter seconds: Int) -> Problem {
        Problem(
            .rateLimited,
            "the limit of \(limit) requests (\(requestClass.rawValue)) is used up; try again in \(seconds) s",
            headers: [.retryAfter: String(seconds)]
        )
    }

    /// The media type of a problem.
    static let contentType = "application/problem+json"

    /// The body of the answer.
    var document: JSON {
        var members: [(name: String, value: JSON)] = [
            ("type", .string("urn:postback:problem:\(kind.rawValue)")),
            ("title", .string(kind.title)),
            ("status", .integer(Int64(kind.status.code))),
            ("detail", .string(detail)),
            ("message", .string(detail)),
        ]
        if let field { members.append(("field", .string(field))) }
        return .object(members)
    }

    /// The answer to be sent.
    var response: Response {
        var response = Response(document, status: kind.status, contentType: Self.contentType)
        response.headers.append(contentsOf: headers)
        return response
    }
}

extension Problem {
    /// What a client is told when the ledger fails: to come back, or nothing but that it failed.
    init(_ error: LedgerError) {
        if error.isRetriable {
            self = .unavailable(
                "the ledger cannot be used at the moment (\(error.code.rawValue)); try again later",
                retryAfter: error.code == .busy ? 1 : 10
            )
        } else {
            self = .internalError
        }
    }

    init(_ error: PublishError) {
        switch error {
        case .unavailable:
            self = .unavailable(
                "Redis does not answer, so the event may not be published; try again later, with the same id",
                retryAfter: 5
            )
        case .refused(let reason):
            self = .unavailable("Redis refuses the event, and nothing was published: \(reason)", retryAfter: 10)
        case .full:
            self = .unavailable("the event stream is full; nothing was published, try again later", retryAfter: 10)
        }
    }

    /// What a client is told when nothing can be done about jobs.
    init(_ error: JobControlError) {
        switch error {
        case .unavailable(let reason, let retryAfter): self = .unavailable(reason, retryAfter: retryAfter)
        case .badCursor: self = ListPage.badCursor
        case .damaged: self = .internalError
        }
    }

    init(_ error: DestinationControlError, name: String) {
        switch error {
        case .notFound: self = .notFound("destination \(quoted(name))")
        case .notConfigured:
            let why =
                name.hasPrefix(RouteTable.callbackPrefix)
                ? "its URL came with an event; a workflow that waits there would take a test for its answer"
                : "no configuration says how it is called"
            self = Problem(.notConfigured, "destination \(quoted(name)): \(why)")
        case .unavailable: self = .unavailable("the relay cannot do this at the moment; try again later", retryAfter: 5)
        }
    }

    /// A mistake in this program; what it is stands in the log.
    static var internalError: Problem { Problem(.internal, "the request failed; the log says why") }
}
