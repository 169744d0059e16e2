import Deliveries
import HTTPTypes
import Hummingbird
import Ledger
import Logging
import Telemetry

/// Turns every error into problem details, whoever threw it.
struct ProblemMiddleware: RouterMiddleware {
    let paths: PathTable
    let logger: Logger

    func handle(
        _ request: Request,
        context: APIContext,
        next: Next
    ) async throws -> Response {
        do {
            return try await next(request, context)
        } catch let failure as BodyReadFailure {
            throw failure.reason
        } catch {
            let problem = problem(for: error, request)
            if problem.kind == .internal {
                logger.error(
                    "a request failed",
                    metadata: Logger.Metadata([.route: .string(context.endpointPath ?? "none"), .error: "\(error)"])
                )
            }
            return problem.response
        }
    }

    private func problem(for error: any Error, _ request: Request) -> Problem {
        switch error {
        case let problem as Problem: problem
        case let error as LedgerError: Problem(error)
        case let error as PublishError: Problem(error)
        case let error as JobControlError: Problem(error)
        case is CancellationError: .unavailable("the server is stopping", retryAfter: 5)
        case let error as any HTTPResponseError where error.status == .notFound: notRouted(request)
        default: .internalError
        }
    }

    /// The router tells neither apart: a path that is not there, and a method that does not apply.
    private func notRouted(_ request: Request) -> Problem {
        let methods = paths.methods(for: request.uri.path)
        guard !methods.isEmpty else { return .notFound("path \(quoted(request.uri.path))") }
        let allowed = methods.map(\.rawValue).joined(separator: ", ")
        return Problem(.methodNotAllowed, "this path takes \(allowed)", headers: [.allow: allowed])
    }
}
