import Deliveries

/// What has happened in one exchange, as the callbacks saw it.
struct Exchange {
    /// When it began.
    var start = ContinuousClock.now
    /// When the first line of the answer came. libcurl's own time for it is that of the first byte sent where the body does
    /// not go out together with the head.
    var firstLine: ContinuousClock.Instant?
    /// Whether the request goes through TLS.
    var usesTLS = false
    /// The sockets that were opened, one for each address that was dialled.
    var sockets: [Int32] = []
    /// The ends of the connection that the request was let through to.
    var ends: ConnectionSockets.Ends?
    /// Set when the connection was one that had been kept and had something to read: nothing was sent on it.
    var wasSpoilt = false
    /// How often a connection stood and the request was let through to it.
    var passes = 0
    /// Why this process could make no socket, if it could not.
    var socketTrouble: String?
    /// Whether that passes when others are closed, rather than being what this machine cannot do at all.
    var isOutOfSockets = false
    /// Why an address was refused, if one was.
    var refusal: String?
    /// Set when libcurl was kept from sending the request a second time.
    var repetitionRefused = false
    /// The peer, as ``Answer/remoteAddress`` shows it.
    var remoteAddress: String?
    /// The header section so far.
    var head = ResponseHead()
    /// The beginning of the body.
    var body: [UInt8] = []
    /// Bytes of the body that were read.
    var bodyLength = 0
    /// The limit at which reading was stopped.
    var stoppedAt: Limit?

    /// Whether this process has run out of descriptors or memory, and so nothing could be dialled.
    var isWithoutSocket: Bool { isOutOfSockets && sockets.isEmpty }

    /// Whether an answer of this status is whole by its own account. What happens to the connection afterwards does not
    /// change it: over HTTP/2 a receiver may answer and then refuse the rest of the request (RFC 9113 section 8.1).
    func isWhole(status: Int) -> Bool {
        guard status >= 200, head.hasEnded else { return false }
        return Self.hasNoBody(status) || head.length == .bytes(bodyLength)
    }

    /// Whether the length of the body cannot be told where it matters.
    func isUnclear(status: Int) -> Bool {
        !Self.hasNoBody(status) && head.length == .unclear
    }

    private static func hasNoBody(_ status: Int) -> Bool {
        status == 204 || status == 304
    }

    /// A limit on what is read.
    enum Limit {
        case headers
        case body
    }
}
