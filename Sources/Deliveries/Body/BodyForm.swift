/// How a delivery's body is laid out (contract section 4).
package enum BodyForm: String, Sendable, CaseIterable {
    /// The envelope, then the members of `data` beside it.
    case flat
    /// Standard Webhooks: `type`, `timestamp` and `data`.
    case standard
}
