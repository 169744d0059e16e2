import Deliveries
import HTTPTypes
import Hummingbird
import NIOCore
import Synchronization

/// Counts requests, refuses those over the limit, and says in each counted answer how its caller stands.
final class RateLimitMiddleware: RouterMiddleware {
    private let limiter: Mutex<RateLimiter>
    private let now: @Sendable () -> Timestamp
    /// What the endpoints are counted as, by path; those that are not counted are not there.
    private let classes: [String: [HTTPRequest.Method: RequestClass]]
    /// The paths that are never counted: whatever watches the process must not be turned away.
    private let probes: Set<String>

    init(limits: RateLimits, endpoints: [Endpoint], now: @escaping @Sendable () -> Timestamp) {
        self.limiter = Mutex(RateLimiter(limits: limits))
        self.now = now
        var classes: [String: [HTTPRequest.Method: RequestClass]] = [:]
        for endpoint in endpoints { classes[endpoint.path, default: [:]][endpoint.method] = endpoint.requestClass }
        self.classes = classes
        self.probes = Set(endpoints.filter { $0.access == .anyone && $0.requestClass == nil }.map(\.path))
    }

    func handle(
        _ request: Request,
        context: APIContext,
        next: Next
    ) async throws -> Response {
        guard let (requestClass, caller) = counted(request, context) else { return try await next(request, context) }
        let now = now()
        guard let decision = limiter.withLock({ $0.spend(requestClass, by: caller, now: now) }) else {
            return try await next(request, context)
        }
        var response: Response
        if let seconds = decision.retryAfter {
            response = Problem.rateLimited(requestClass, limit: decision.limit, retryAfter: seconds).response
        } else {
            response = try await next(request, context)
        }
        response.headers.append(contentsOf: decision.headers)
        return response
    }

    /// What a request is counted as, and for whom; `nil`: it is not counted.
    private func counted(_ request: Request, _ context: APIContext) -> (RequestClass, RateLimiter.Caller)? {
        let path = context.endpointPath
        if let path, probes.contains(path) { return nil }
        let method = request.method == .head ? .get : request.method
        let known = path.flatMap { classes[$0] }
        if case .known(let key) = context.credential {
            // A path or method that is not there is counted too, or asking for it would cost nothing.
            guard let known else { return (.status, .key(key.name)) }
            return known[method].map { ($0, .key(key.name)) }
        }
        // A signed link stands for a key.
        let isLink = path == JobDownloadRoutes.path && request.uri.query?.contains("signature=") == true
        return (isLink ? .status : .health, .address(Self.address(context.remoteAddress)))
    }

    /// An address as it is counted: IPv6 by its first 64 bits, which is what one network is given.
    private static func address(_ address: SocketAddress?) -> String {
        guard let text = address?.ipAddress else { return "unknown" }
        guard case .v6(let number)? = IPAddress(text) else { return text }
        let isMapped = number >> 32 == 0xFFFF
        return isMapped ? "\(IPAddress.v4(UInt32(truncatingIfNeeded: number)))" : String(number >> 64, radix: 16)
    }
}
