/// A finished attempt and what it does to its delivery: the unit that the recorder commits.
package struct AttemptResult: Hashable, Sendable {
    /// The attempt as it is recorded.
    package var attempt: Attempt
    /// What becomes of the delivery.
    package var next: NextStep

    /// Pairs an attempt with its consequence.
    package init(attempt: Attempt, next: NextStep) {
        self.attempt = attempt
        self.next = next
    }
}
