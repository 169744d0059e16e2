/// A finished attempt and what it does to its delivery: the unit that the recorder commits.
package struct AttemptResult: Hashable, Sendable {
    /// The attempt as it is recorded.
    package var attempt: Attempt
    /// What becomes of the delivery.
    package var next: NextStep
    /// Whether the delivery was cancelled while the attempt was under way: the ledger knows, and `next` counts only if it was delivered.
    package var wasCancelled = false
    /// When the delivery is due once more because somebody asked for it while the attempt was under way; it is, unless this one delivered.
    package var replayDueAt: Timestamp?

    /// Pairs an attempt with its consequence.
    package init(attempt: Attempt, next: NextStep) {
        self.attempt = attempt
        self.next = next
    }
}
