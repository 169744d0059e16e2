/// How a world ended.
package struct Verdict: Sendable {
    /// What went wrong; `nil`: nothing did.
    package var violation: InvariantViolation?
    /// Steps until then.
    package var steps: Int
    /// When it ended, in milliseconds since it began.
    package var endedAt: Int64
    /// The latest that happened, as much as was asked for.
    package var story: Story
}
