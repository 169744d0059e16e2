package import Deliveries

/// What came of a test event.
package struct DestinationTest: Hashable, Sendable {
    /// The URL that was called.
    package var url: String
    package var startedAt: Timestamp
    package var outcome: AttemptOutcome
    package var answer: Answer

    /// Makes the record of a finished test.
    package init(url: String, startedAt: Timestamp, outcome: AttemptOutcome, answer: Answer) {
        self.url = url
        self.startedAt = startedAt
        self.outcome = outcome
        self.answer = answer
    }
}
