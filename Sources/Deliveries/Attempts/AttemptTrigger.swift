/// Why an attempt was made.
package enum AttemptTrigger: String, Sendable, CaseIterable {
    /// The first attempt, or a retry that fell due.
    case scheduled
    /// Asks a suspended destination whether it answers again.
    case probe
    /// Someone asked for the delivery to be made again.
    case replay
    /// Someone asked for a test event.
    case test
}
