/// How a destination is called: what its configuration says besides the URL and the secrets.
package struct DestinationPolicy: Hashable, Sendable {
    /// Layout of the body.
    package var body: BodyForm
    /// Which receiver's habits are known.
    package var profile: ReceiverProfile
    /// Fields sent besides Postback's own.
    package var headers: [HeaderField]
    /// Whether a JSON Web Token is sent in `authorization`.
    package var jwt: Bool
    /// Milliseconds for the whole exchange: DNS, connect, TLS, send, headers and body.
    package var timeout: Int64
    /// Milliseconds until the connection stands.
    package var connectTimeout: Int64
    /// Delays before retries.
    package var retries: RetrySchedule
    /// Requests at once, at most.
    package var concurrency: Int
    /// Requests a second, at most; `nil`: no limit.
    package var rate: DeliveryRate?

    /// Makes a policy; without arguments, the defaults of contract sections 2 and 4.
    package init(
        body: BodyForm = .flat,
        profile: ReceiverProfile = .n8n,
        headers: [HeaderField] = [],
        jwt: Bool = false,
        timeout: Int64 = 30_000,
        connectTimeout: Int64 = 5_000,
        retries: RetrySchedule = .standard,
        concurrency: Int = 32,
        rate: DeliveryRate? = nil
    ) {
        self.body = body
        self.profile = profile
        self.headers = headers
        self.jwt = jwt
        self.timeout = timeout
        self.connectTimeout = connectTimeout
        self.retries = retries
        self.concurrency = concurrency
        self.rate = rate
    }
}
