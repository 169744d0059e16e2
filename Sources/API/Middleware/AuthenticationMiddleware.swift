import HTTPTypes
import Hummingbird

/// Looks at the presented key. Whether one is needed is the endpoint's affair.
struct AuthenticationMiddleware: RouterMiddleware {
    /// Bytes of a key at most: nothing longer is compared.
    static let keyLimit = 512

    let authenticate: @Sendable ([UInt8]) -> APIKey?

    func handle(
        _ request: Request,
        context: APIContext,
        next: Next
    ) async throws -> Response {
        var context = context
        if let presented = Self.presentedKey(request.headers) {
            let key = presented.count <= Self.keyLimit ? authenticate(presented) : nil
            context.credential = key.map(APIContext.Credential.known) ?? .unknown
        }
        return try await next(request, context)
    }

    /// A bearer token counts before `X-API-Key`; any other scheme, which a proxy may have added, does not count at all.
    private static func presentedKey(_ headers: HTTPFields) -> [UInt8]? {
        if let authorization = headers[.authorization] {
            let parts = authorization.split(separator: " ", maxSplits: 1)
            if parts.count == 2, parts[0].lowercased() == "bearer" { return Array(parts[1].utf8) }
        }
        return headers[field: .apiKey].map { Array($0.utf8) }
    }
}
