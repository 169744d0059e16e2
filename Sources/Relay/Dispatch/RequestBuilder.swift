import Deliveries
import HTTPSender
import Ledger
import Signing

/// Makes the HTTP request of an attempt: the URL in force, the headers of contract section 4, and the signatures.
struct RequestBuilder: Sendable {
    /// `Postback/<version> (webhook; swift)`: n8n's Ignore Bots refuses a bare `name/1.0`.
    let userAgent: String
    private let signer = Signer()

    init(userAgent: String) {
        self.userAgent = userAgent
    }

    /// The request, or `nil` when the routes in force no longer say how the destination is called.
    ///
    /// - Throws: when the URL that came with the event cannot be called.
    func request(
        for order: SendOrder,
        _ payload: DeliveryPayload,
        _ routes: RoutingSnapshot,
        at now: Timestamp
    ) throws(DestinationURLError) -> SendRequest? {
        let destination = routes.destination(named: order.destination)
        guard let policy = routes.policy(of: order.destination), let keys = routes.keys(of: order.destination) else {
            return nil
        }
        let url = if let destination { destination.url } else { try DestinationURL(payload.url) }
        return SendRequest(
            token: Self.token(of: order),
            url: url,
            headers: headers(order, payload, policy, keys, now),
            body: payload.body,
            connectTimeout: .milliseconds(policy.connectTimeout),
            timeout: .milliseconds(policy.timeout),
            origin: destination == nil ? .untrusted : .operatorConfigured,
            policy: routes.table.addresses,
            options: destination == nil ? routes.transport.anonymous : routes.transport,
            receiverAnswers: order.receiverAnswers
        )
    }

    /// What tells an attempt under way from all others: a delivery has one at a time.
    static func token(of order: SendOrder) -> UInt64 { UInt64(bitPattern: order.id.rawValue) }

    private func headers(
        _ order: SendOrder,
        _ payload: DeliveryPayload,
        _ policy: DestinationPolicy,
        _ keys: SigningKeys,
        _ now: Timestamp
    ) -> [HeaderField] {
        var headers: [HeaderField] = []
        headers.reserveCapacity(16 + policy.headers.count)
        headers.append(HeaderField("content-type", "application/json"))
        headers.append(HeaderField("user-agent", userAgent))
        headers.append(HeaderField("x-postback-event", payload.type))
        headers.append(HeaderField("x-postback-delivery", order.id.description))
        headers.append(HeaderField("x-postback-attempt", String(order.number)))
        let signed = signer.sign(
            id: payload.eventID,
            timestampSeconds: now.seconds,
            body: payload.body,
            keys: keys,
            jwt: policy.jwt
        )
        for field in signed { headers.append(HeaderField(field.name, field.value)) }
        if let traceparent = payload.traceparent { headers.append(HeaderField("traceparent", traceparent)) }
        headers.append(contentsOf: policy.headers)
        return headers
    }
}
