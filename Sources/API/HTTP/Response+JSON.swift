import HTTPTypes
import Hummingbird
import NIOCore

extension Response {
    /// An answer in JSON.
    init(_ json: JSON, status: HTTPResponse.Status = .ok, contentType: String = "application/json") {
        self.init(json.bytes, status: status, contentType: contentType)
    }

    /// An answer of bytes.
    init(_ bytes: [UInt8], status: HTTPResponse.Status = .ok, contentType: String) {
        self.init(
            status: status,
            headers: [.contentType: contentType],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes))
        )
    }
}

extension HTTPField.Name {
    /// `X-API-Key`: the other way to present a key.
    static let apiKey = HTTPField.Name("X-API-Key")
    /// `Idempotency-Key`: the id of an event whose body has none.
    static let idempotencyKey = HTTPField.Name("Idempotency-Key")
    /// `traceparent` (W3C Trace Context).
    static let traceparent = HTTPField.Name("traceparent")
    /// `X-RateLimit-Limit`: requests in a window.
    static let rateLimit = HTTPField.Name("X-RateLimit-Limit")
    /// `X-RateLimit-Remaining`: how many more may be made.
    static let rateRemaining = HTTPField.Name("X-RateLimit-Remaining")
    /// `X-RateLimit-Reset`: when the window ends, in Unix seconds.
    static let rateReset = HTTPField.Name("X-RateLimit-Reset")
    /// `Last-Event-ID`: where a stream of events broke off.
    static let lastEventID = HTTPField.Name("Last-Event-ID")
    /// `X-Accel-Buffering`: asks nginx to pass a stream on as it comes.
    static let accelBuffering = HTTPField.Name("X-Accel-Buffering")
    /// `Referrer-Policy`.
    static let referrerPolicy = HTTPField.Name("Referrer-Policy")
}

extension HTTPFields {
    /// The value of a field whose name is not among the constants of HTTPTypes.
    subscript(field name: HTTPField.Name?) -> String? {
        get { name.flatMap { self[$0] } }
        set { if let name { self[name] = newValue } }
    }
}
