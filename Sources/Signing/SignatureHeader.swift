/// The names of the header fields that signing is about (contract section 4), in lower case.
package enum SignatureHeader {
    /// The event's id, unchanged over retries.
    package static let id = "webhook-id"
    /// Unix seconds of the attempt.
    package static let timestamp = "webhook-timestamp"
    /// Standard Webhooks signatures, separated by spaces.
    package static let signature = "webhook-signature"
    /// Hex signature of the body alone.
    package static let hex = "x-postback-signature"
    /// The same with the secret that is being replaced.
    package static let previousHex = "x-postback-signature-previous"
    /// `Bearer` and a JSON Web Token.
    package static let authorization = "authorization"
}
