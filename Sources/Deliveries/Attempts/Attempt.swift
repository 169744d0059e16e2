/// The record of one HTTP request made for a delivery, with every field of contract section 4.
package struct Attempt: Hashable, Sendable {
    /// The delivery it was made for.
    package var delivery: DeliveryID
    /// 1, 2, 3 …, as `x-postback-attempt` carried it.
    package var number: Int
    /// Why it was made.
    package var trigger: AttemptTrigger
    /// Who asked, for a replay or a test: the name of the API key.
    package var requestedBy: String?
    /// When it began.
    package var startedAt: Timestamp
    /// The URL that was called.
    package var url: String
    /// What it amounted to.
    package var outcome: AttemptOutcome
    /// What came back.
    package var answer: Answer

    /// Makes the record of a finished attempt.
    package init(
        delivery: DeliveryID,
        number: Int,
        trigger: AttemptTrigger,
        requestedBy: String? = nil,
        startedAt: Timestamp,
        url: String,
        outcome: AttemptOutcome,
        answer: Answer
    ) {
        self.delivery = delivery
        self.number = number
        self.trigger = trigger
        self.requestedBy = requestedBy
        self.startedAt = startedAt
        self.url = url
        self.outcome = outcome
        self.answer = answer
    }

    /// The class of the failure as the API shows it: ``ErrorClass/http`` when a whole answer was no success.
    package var errorClass: ErrorClass? {
        answer.failure ?? (outcome == .delivered ? nil : .http)
    }
}
