import HTTPTypes
import Hummingbird

/// The headers that every answer carries, and no body for `HEAD`.
struct HeadersMiddleware: RouterMiddleware {
    func handle(
        _ request: Request,
        context: APIContext,
        next: Next
    ) async throws -> Response {
        var response = try await next(request, context)
        response.headers[.xContentTypeOptions] = "nosniff"
        if !response.headers.contains(.cacheControl) { response.headers[.cacheControl] = "no-store" }
        return request.method == .head ? response.createHeadResponse() : response
    }
}
