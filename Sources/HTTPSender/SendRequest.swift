package import Deliveries

/// One HTTP request to be made. It is always a POST.
package struct SendRequest: Sendable {
    /// Given back with the answer; means nothing to the sender.
    package var token: UInt64
    /// What is called, byte for byte.
    package var url: DestinationURL
    /// The fields to send, in this order. The sender adds `Host` and `Content-Length` and nothing else.
    package var headers: [HeaderField]
    /// The body.
    package var body: [UInt8]
    /// How long it may take until the connection stands: name, connect and TLS. More than zero.
    package var connectTimeout: Duration
    /// How long the whole exchange may take. More than zero.
    package var timeout: Duration
    /// Where the URL came from: what ``policy`` judges addresses by.
    package var origin: AddressPolicy.Origin
    /// Which addresses may be reached.
    package var policy: AddressPolicy
    /// How the connection is made.
    package var options: TransportOptions
    /// Whether the receiver answered the last time, as far as the caller knows. Only speed depends on it.
    package var receiverAnswers: Bool

    /// Makes a request; the timeouts default to those of the contract (section 4).
    package init(
        token: UInt64,
        url: DestinationURL,
        headers: [HeaderField],
        body: [UInt8],
        connectTimeout: Duration = .seconds(5),
        timeout: Duration = .seconds(30),
        origin: AddressPolicy.Origin,
        policy: AddressPolicy,
        options: TransportOptions = .standard,
        receiverAnswers: Bool = true
    ) {
        self.token = token
        self.url = url
        self.headers = headers
        self.body = body
        self.connectTimeout = connectTimeout
        self.timeout = timeout
        self.origin = origin
        self.policy = policy
        self.options = options
        self.receiverAnswers = receiverAnswers
    }
}

/// What became of a request.
package struct SendResult: Sendable {
    /// The request's token.
    package var token: UInt64
    /// What came back, or how far it got.
    package var answer: Answer

    /// Pairs a request with its answer.
    package init(token: UInt64, answer: Answer) {
        self.token = token
        self.answer = answer
    }
}
