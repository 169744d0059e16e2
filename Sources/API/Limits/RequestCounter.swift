import Deliveries
import HTTPTypes
import Hummingbird
import NIOCore
import Synchronization

/// Counts requests for whoever makes them.
final class RequestCounter: Sendable {
    private let limiter: Mutex<RateLimiter>
    private let now: @Sendable () -> Timestamp

    init(limits: RateLimits, now: @escaping @Sendable () -> Timestamp) {
        self.limiter = Mutex(RateLimiter(limits: limits))
        self.now = now
    }

    /// Counts a request.
    ///
    /// - Parameters:
    ///   - endpoint: `nil`: the path is not there, or the method does not apply.
    ///   - address: where the connection comes from.
    /// - Returns: what it was counted as, and whether it may be made; `nil`: it is not counted.
    func count(
        _ request: Request,
        _ endpoint: Endpoint?,
        _ credential: Credential,
        from address: @autoclosure () -> SocketAddress?
    ) -> (requestClass: RequestClass, decision: RateDecision)? {
        // Whatever watches the process must not be turned away.
        if let endpoint, endpoint.access == .anyone, endpoint.requestClass == nil { return nil }
        let requestClass: RequestClass
        let caller: RateLimiter.Caller
        if let key = credential.key {
            // A path or method that is not there is counted too, or asking for it would cost nothing.
            guard let counted = endpoint.map(\.requestClass) ?? .status else { return nil }
            requestClass = counted
            caller = .key(key.name)
        } else {
            // A signed link stands for a key. Whoever presents a key that nobody has may be guessing, whatever else he brings.
            let isLink =
                endpoint?.access == .link && !credential.isUnknown
                && request.uri.query?.contains("signature=") == true
            requestClass = isLink ? .status : .health
            caller = .address(Self.counted(address()))
        }
        let now = now()
        return limiter.withLock { $0.spend(requestClass, by: caller, now: now) }.map { (requestClass, $0) }
    }

    /// An address as it is counted: IPv6 by its first 64 bits, which is what one network is given.
    private static func counted(_ address: SocketAddress?) -> String {
        guard let text = address?.ipAddress else { return "unknown" }
        guard case .v6(let number)? = IPAddress(text) else { return text }
        let isMapped = number >> 32 == 0xFFFF
        return isMapped ? "\(IPAddress.v4(UInt32(truncatingIfNeeded: number)))" : String(number >> 64, radix: 16)
    }
}
