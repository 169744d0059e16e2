package import Deliveries
package import Ledger

/// How long ended things are kept (docs/how-it-works.md, part 3).
package struct RetentionPolicy: Hashable, Sendable {
    /// Delivered and cancelled deliveries.
    package var delivered: Duration
    /// Dead deliveries.
    package var dead: Duration
    /// Attempts of deliveries that are still pending.
    package var attempts: Duration
    /// Quarantined entries.
    package var quarantine: Duration
    /// Records of ended jobs.
    package var jobs: Duration

    /// Makes a policy; without arguments, 7 days for what was delivered, 90 for jobs and 30 for the rest.
    package init(
        delivered: Duration = .seconds(7 * 86_400),
        dead: Duration = .seconds(30 * 86_400),
        attempts: Duration = .seconds(30 * 86_400),
        quarantine: Duration = .seconds(30 * 86_400),
        jobs: Duration = .seconds(90 * 86_400)
    ) {
        self.delivered = delivered
        self.dead = dead
        self.attempts = attempts
        self.quarantine = quarantine
        self.jobs = jobs
    }

    /// The times before which things are old.
    package func limits(at now: Timestamp) -> RetentionLimits {
        RetentionLimits(
            deliveredBefore: now.advanced(byMilliseconds: -delivered.wholeMilliseconds),
            deadBefore: now.advanced(byMilliseconds: -dead.wholeMilliseconds),
            attemptsBefore: now.advanced(byMilliseconds: -attempts.wholeMilliseconds),
            quarantinedBefore: now.advanced(byMilliseconds: -quarantine.wholeMilliseconds),
            jobsBefore: now.advanced(byMilliseconds: -jobs.wholeMilliseconds)
        )
    }
}
