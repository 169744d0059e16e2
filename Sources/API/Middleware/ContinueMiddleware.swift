import HTTPTypes
import Hummingbird

/// Answers `Expect: 100-continue` (RFC 9110 section 10.1.1) when an endpoint begins to read the body. A request that is refused before,
/// for its key, its rate or its headers, gets that answer at once, and its body need not come.
struct ContinueMiddleware: RouterMiddleware {
    func handle(
        _ request: Request,
        context: APIContext,
        next: Next
    ) async throws -> Response {
        guard Self.waits(request.headers) else { return try await next(request, context) }
        var request = request
        request.body = RequestBody(asyncSequence: AwaitedBody(body: request.body, channel: context.channel))
        return try await next(request, context)
    }

    /// Whether the client has a body and waits to be asked for it.
    private static func waits(_ headers: HTTPFields) -> Bool {
        guard headers[.expect]?.lowercased() == "100-continue" else { return false }
        return headers.contains(.transferEncoding) || headers[.contentLength].map { $0 != "0" } ?? false
    }
}
