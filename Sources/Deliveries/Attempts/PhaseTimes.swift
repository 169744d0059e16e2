/// How long each phase of an exchange took, in milliseconds from the start of the attempt; `nil` for a phase that was
/// not reached, or that a kept-alive connection had no need of.
package struct PhaseTimes: Hashable, Sendable {
    /// Until the name was resolved.
    package var dns: Double?
    /// Until the connection stood.
    package var connect: Double?
    /// Until the TLS handshake was done.
    package var tls: Double?
    /// Until the first byte of the answer.
    package var firstByte: Double?
    /// Until the end of the exchange, however it ended.
    package var total: Double

    /// Makes the times of one exchange, in milliseconds.
    package init(
        dns: Double? = nil,
        connect: Double? = nil,
        tls: Double? = nil,
        firstByte: Double? = nil,
        total: Double
    ) {
        self.dns = dns
        self.connect = connect
        self.tls = tls
        self.firstByte = firstByte
        self.total = total
    }
}
