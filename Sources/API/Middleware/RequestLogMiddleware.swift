import HTTPTypes
import Hummingbird
import Logging
import Telemetry

/// Writes one line per request: the route's pattern, never the path or the query string, which may hold tokens.
struct RequestLogMiddleware: RouterMiddleware {
    let logger: Logger

    func handle(
        _ request: Request,
        context: APIContext,
        next: Next
    ) async throws -> Response {
        let start = ContinuousClock.now
        let response = try await next(request, context)
        // Once: the metadata is built only when the level is on.
        logger.debug(
            "request",
            metadata: Logger.Metadata([
                .method: .string(Self.name(of: request.method)),
                .route: .string(context.endpointPath ?? "none"),
                .status: .stringConvertible(response.status.code),
                .durationMilliseconds: .stringConvertible((ContinuousClock.now - start) / .milliseconds(1)),
                .key: Self.keyName(context.credential).map { .string($0) },
            ])
        )
        return response
    }

    private static func keyName(_ credential: APIContext.Credential) -> String? {
        if case .known(let key) = credential { key.name } else { nil }
    }

    /// A method is any token, so only those that HTTP defines are written out.
    private static func name(of method: HTTPRequest.Method) -> String {
        switch method {
        case .get, .head, .post, .put, .patch, .delete, .options, .trace, .connect: method.rawValue
        default: "other"
        }
    }
}
