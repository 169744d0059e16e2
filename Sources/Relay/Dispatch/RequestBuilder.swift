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
    func request(
        for order: SendOrder,
        _ payload: DeliveryPayload,
        _ routes: RoutingSnapshot,
        at now: Timestamp
    ) -> SendRequest? {
        let destination = routes.destination(named: order.destination)
        guard let policy = routes.policy(of: order.destination), let keys = routes.keys(of: order.destination),
            let url = destination?.url ?? (try? DestinationURL(payload.url))
        else { return nil }
        return SendRequest(
            token: UInt64(bitPattern: order.id.rawValue),
            url: url,
            headers: headers(order, payload, policy, keys, now),
            body: payload.body,
            connectTimeout: .milliseconds(policy.connectTimeout),
            timeout: .milliseconds(policy.timeout),
            origin: destination == nil ? .untrusted : .operatorConfigured,
            policy: routes.table.addresses,
            options: routes.transport,
            receiverAnswers: order.receiverAnswers
        )
    }

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
