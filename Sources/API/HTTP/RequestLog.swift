import HTTPTypes
import Logging
import Telemetry

/// Writes one line per request: the route's pattern, never the path or the query string, which may hold tokens.
struct RequestLog: Sendable {
    let logger: Logger

    /// - Parameter path: the route's pattern; `nil`: there is none.
    func write(
        _ method: HTTPRequest.Method,
        _ path: String?,
        _ status: HTTPResponse.Status,
        _ credential: Credential,
        since start: ContinuousClock.Instant
    ) {
        // Once: the metadata is built only when the level is on.
        logger.debug(
            "request",
            metadata: Logger.Metadata([
                .method: .string(Self.name(of: method)),
                .route: .string(path ?? "none"),
                .status: .stringConvertible(status.code),
                .durationMilliseconds: .stringConvertible((ContinuousClock.now - start) / .milliseconds(1)),
                .key: credential.key.map { .string($0.name) },
            ])
        )
    }

    /// A method is any token, so only those that HTTP defines are written out.
    private static func name(of method: HTTPRequest.Method) -> String {
        switch method {
        case .get, .head, .post, .put, .patch, .delete, .options, .trace, .connect: method.rawValue
        default: "other"
        }
    }
}
