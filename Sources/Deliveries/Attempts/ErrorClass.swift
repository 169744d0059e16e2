/// Which part of an exchange failed. `nil` where this is used means that nothing did.
package enum ErrorClass: String, Sendable, CaseIterable {
    /// The name could not be resolved.
    case dns
    /// No connection: refused, unreachable, or not made within the connect timeout.
    case connect
    /// The TLS handshake failed, or the certificate is not to be trusted.
    case tls
    /// The whole exchange ran out of time.
    case timeout
    /// The connection ended before the answer was whole.
    case reset
    /// The answer is not HTTP that can be understood.
    case `protocol`
    /// The address policy refused the address before anything was sent.
    case blocked
    /// A whole HTTP answer with a status that is not success.
    case http
}
