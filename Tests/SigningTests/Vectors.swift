import Signing
import Testing

/// Public test vectors of the Standard Webhooks libraries.
struct Vector: Sendable, CustomTestStringConvertible {
    let secret: String
    let id: String
    let timestamp: Int64
    let body: String
    let signature: String

    var testDescription: String { id }

    static let published = [
        Vector(
            secret: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
            id: "msg_p5jXN8AQM9LWM0D4loKWxJek",
            timestamp: 1_614_265_330,
            body: #"{"test": 2432232314}"#,
            signature: "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
        ),
        Vector(
            secret: "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD",
            id: "msg_27UH4WbU6Z5A5EzD8u03UvzRbpk",
            timestamp: 1_649_367_553,
            body: #"{"email":"test@example.com","username":"test_user"}"#,
            signature: "v1,tZ1I4/hDygAJgO5TYxiSd6Sd0kDW6hPenDe+bTa3Kkw="
        ),
    ]

    func keys() throws -> SigningKeys { SigningKeys(current: try Secret(secret)) }
}

extension [Signer.Field] {
    /// The value of a field that the test expects to be there.
    subscript(name: String) -> String? { first { $0.name == name }?.value }

    /// The fields with one of them replaced, or taken out for `nil`.
    func with(_ name: String, _ value: String?) -> [Signer.Field] {
        filter { $0.name != name } + (value.map { [(name, $0)] } ?? [])
    }
}
