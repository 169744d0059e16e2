/// What an answer means for its delivery (contract section 4, "What an answer means").
package struct Judgement: Hashable, Sendable {
    /// The outcome of the attempt.
    package var outcome: AttemptOutcome
    /// How long the receiver asked to be left alone, in milliseconds: a floor for the next delay.
    package var retryAfter: Int64?
    private let saysNothing: Bool

    /// Judges an answer.
    ///
    /// - Parameter now: when the answer was complete; `Retry-After` may name a date, and the answer may have none of its own.
    package init(_ answer: Answer, profile: ReceiverProfile, now: Timestamp) {
        self.outcome = Self.outcome(of: answer, profile: profile)
        self.saysNothing = answer.wasCutOff || answer.isOwnTrouble
        if outcome == .retry, let value = answer.headers.first(named: "retry-after") {
            // A date is one of the receiver's clock, which its answer tells: ours may be another (RFC 9110 section 6.6.1).
            let clock = answer.headers.first(named: "date").flatMap { Timestamp(httpDate: $0) } ?? now
            self.retryAfter = RetryAfter.milliseconds(value, now: clock)
        }
    }

    /// Whether the receiver answered as one that is at work: what the destination's health is told. `nil` says nothing
    /// about it, because nothing was asked of it, or its answer was not waited for.
    package var isSignOfLife: Bool? {
        if saysNothing { return nil }
        return switch outcome {
        case .delivered, .rejected, .notReady, .gone: true
        case .retry, .unknown: false
        case .blocked: nil
        }
    }

    private static func outcome(of answer: Answer, profile: ReceiverProfile) -> AttemptOutcome {
        if let failure = answer.failure {
            if failure == .blocked { return .blocked }
            return answer.requestWasSent ? .unknown : .retry
        }
        guard let status = answer.statusCode else { return answer.requestWasSent ? .unknown : .retry }
        if profile == .n8n, let outcome = outcomeOfN8n(status: status, body: answer.body) { return outcome }
        switch status {
        case 200..<300: return .delivered
        case 410: return .gone
        case 404, 408, 409, 425, 429, 500..<600: return .retry
        case 300..<500: return .rejected
        default: return .retry
        }
    }

    /// The answers that only n8n gives; `nil` for any other.
    private static func outcomeOfN8n(status: Int, body: [UInt8]) -> AttemptOutcome? {
        switch status {
        case 200..<300 where body.starts(with: "n8n is starting up".utf8):
            // Its port is open but migrations still run: nothing was taken in.
            return .retry
        case 409 where contains(body, "is running already"):
            return .notReady
        case 409 where contains(body, "has finished"):
            return .rejected
        default:
            return nil
        }
    }

    private static func contains(_ body: [UInt8], _ text: StaticString) -> Bool {
        text.withUTF8Buffer { wanted in
            guard body.count >= wanted.count else { return false }
            return (0...body.count - wanted.count).contains { body[$0..<$0 + wanted.count].elementsEqual(wanted) }
        }
    }
}
