package import Deliveries

/// What may be removed (docs/how-it-works.md, part 3); each is a time before which things are old.
package struct RetentionLimits: Hashable, Sendable {
    /// Deliveries that were delivered or cancelled before this time, with their event and attempts.
    package var deliveredBefore: Timestamp
    /// Dead deliveries that ended before this time, with their event and attempts.
    package var deadBefore: Timestamp
    /// Attempts of pending deliveries that began before this time.
    package var attemptsBefore: Timestamp
    /// Quarantined entries received before this time.
    package var quarantinedBefore: Timestamp
    /// Records of jobs that ended before this time.
    package var jobsBefore: Timestamp

    /// Makes limits.
    package init(
        deliveredBefore: Timestamp,
        deadBefore: Timestamp,
        attemptsBefore: Timestamp,
        quarantinedBefore: Timestamp,
        jobsBefore: Timestamp
    ) {
        self.deliveredBefore = deliveredBefore
        self.deadBefore = deadBefore
        self.attemptsBefore = attemptsBefore
        self.quarantinedBefore = quarantinedBefore
        self.jobsBefore = jobsBefore
    }
}
