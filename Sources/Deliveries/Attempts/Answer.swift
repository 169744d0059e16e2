/// What came back from one HTTP request: a whole answer, or how far the exchange got.
///
/// This is what the sender saw, without a judgement; ``AttemptOutcome`` is the judgement.
package struct Answer: Hashable, Sendable {
    /// What went wrong below HTTP; `nil` when a whole answer came. Never ``ErrorClass/http``.
    package var failure: ErrorClass?
    /// One line that says what went wrong, for a person; `nil` when nothing did.
    package var errorText: String?
    /// Whether any part of the request may have reached the receiver. A failure with this set is ambiguous.
    package var requestWasSent: Bool
    /// The status code of the answer, if one was read.
    package var statusCode: Int?
    /// The fields of the answer, at most 16 KiB of them.
    package var headers: [HeaderField]
    /// The first bytes of the body: 4 KiB at most (contract section 4).
    package var body: [UInt8]
    /// Whether the body went on behind what was kept.
    package var bodyWasTruncated: Bool
    /// The numeric address and port that was connected to: `192.0.2.1:443`, `[2001:db8::1]:443`.
    package var remoteAddress: String?
    /// How long the phases took.
    package var times: PhaseTimes
    /// Whether this side ended the exchange because it is stopping, which says nothing of the receiver. Not kept in the ledger.
    package var wasCutOff = false
    /// Whether this process lacked something, a socket or memory, before anything was sent, which says nothing of the receiver either. Not
    /// kept in the ledger.
    package var isOwnTrouble = false

    /// Makes an answer; what is left out stands for "nothing of it".
    package init(
        failure: ErrorClass? = nil,
        errorText: String? = nil,
        requestWasSent: Bool,
        statusCode: Int? = nil,
        headers: [HeaderField] = [],
        body: [UInt8] = [],
        bodyWasTruncated: Bool = false,
        remoteAddress: String? = nil,
        times: PhaseTimes
    ) {
        self.failure = failure
        self.errorText = errorText
        self.requestWasSent = requestWasSent
        self.statusCode = statusCode
        self.headers = headers
        self.body = body
        self.bodyWasTruncated = bodyWasTruncated
        self.remoteAddress = remoteAddress
        self.times = times
    }
}
