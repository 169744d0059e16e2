/// An attempt whose answer is in.
package struct FinishedAttempt: Hashable, Sendable {
    package var id: DeliveryID
    package var startedAt: Timestamp
    /// The URL that was called.
    package var url: String
    package var answer: Answer

    /// Makes the report of an attempt.
    package init(id: DeliveryID, startedAt: Timestamp, url: String, answer: Answer) {
        self.id = id
        self.startedAt = startedAt
        self.url = url
        self.answer = answer
    }
}
