import Deliveries
import HTTPTypes
import Hummingbird
import Ledger
import Logging
import Telemetry

/// Answers every request: finds its endpoint, looks at its key, counts it, and turns whatever goes wrong into problem details.
///
/// One function instead of a router and a chain of middleware, each link of which copies the request and its context and waits for
/// the next: docs/performance.md says what that took.
struct APIResponder: HTTPResponder {
    private let paths: PathTable
    private let authenticate: @Sendable ([UInt8]) -> APIKey?
    private let counter: RequestCounter
    private let log: RequestLog
    private let logger: Logger

    init(dependencies: APIDependencies, watch: JobWatch) {
        paths = PathTable(Endpoint.all(dependencies, watch: watch))
        authenticate = dependencies.authenticate
        counter = RequestCounter(limits: dependencies.limits, now: dependencies.now)
        log = RequestLog(logger: dependencies.logger)
        logger = dependencies.logger
    }

    @concurrent func respond(to request: Request, context: APIContext) async throws -> Response {
        let start = ContinuousClock.now
        let match = paths.find(request.uri.path)
        let endpoint = match?.place.endpoint(for: request.method)
        let credential = Credential(request.headers, authenticate: authenticate)
        let count = counter.count(request, endpoint, credential, from: context.channel.remoteAddress)
        var response: Response
        if let count, let seconds = count.decision.retryAfter {
            let limit = count.decision.limit
            response = Problem.rateLimited(count.requestClass, limit: limit, retryAfter: seconds).response
        } else if let match, let endpoint {
            do {
                response = try await endpoint.answer(
                    awaited(request, context),
                    context: context,
                    values: match.values,
                    credential
                )
            } catch let failure as BodyReadFailure {
                throw failure.reason
            } catch {
                response = problem(for: error, at: endpoint).response
            }
        } else {
            response = Self.notThere(request, match?.place).response
        }
        if let count { response.headers.append(contentsOf: count.decision.headers) }
        response.headers[.xContentTypeOptions] = "nosniff"
        if !response.headers.contains(.cacheControl) { response.headers[.cacheControl] = "no-store" }
        if request.method == .head { response = response.createHeadResponse() }
        log.write(request.method, endpoint?.path, response.status, credential, since: start)
        return response
    }

    /// Answers `Expect: 100-continue` (RFC 9110 section 10.1.1) when the endpoint begins to read the body. A request that is refused
    /// before, for its key, its rate or its headers, gets that answer at once, and its body need not come.
    private func awaited(_ request: Request, _ context: APIContext) -> Request {
        guard AwaitedBody.isExpected(request.headers) else { return request }
        var request = request
        request.body = RequestBody(asyncSequence: AwaitedBody(body: request.body, channel: context.channel))
        return request
    }

    /// What a client is told of an error, whoever threw it.
    private func problem(for error: any Error, at endpoint: Endpoint) -> Problem {
        let problem: Problem =
            switch error {
            case let problem as Problem: problem
            case let error as LedgerError: Problem(error)
            case let error as PublishError: Problem(error)
            case let error as JobControlError: Problem(error)
            case is CancellationError: .unavailable("the server is stopping", retryAfter: 5)
            default: .internalError
            }
        if problem.kind == .internal {
            logger.error(
                "a request failed",
                metadata: Logger.Metadata([.route: .string(endpoint.path), .error: "\(error)"])
            )
        }
        return problem
    }

    /// - Parameter place: there is one, but the method does not apply.
    private static func notThere(_ request: Request, _ place: PathTable.Place?) -> Problem {
        guard let place else { return .notFound("path \(quoted(request.uri.path))") }
        let allowed = place.methods.joined(separator: ", ")
        return Problem(.methodNotAllowed, "this path takes \(allowed)", headers: [.allow: allowed])
    }
}
