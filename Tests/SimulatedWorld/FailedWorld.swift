/// A world in which something went wrong, with what is needed to look into it.
package struct FailedWorld: Sendable, CustomStringConvertible {
    /// The seed of the world.
    package let seed: UInt64
    /// How it ended.
    package let verdict: Verdict
    /// The violation that is shown in small.
    package let violation: InvariantViolation
    /// The smallest world that was found to break the same rule.
    package let shrunk: WorldPlan
    /// How that one ended, with its whole story.
    package let shrunkVerdict: Verdict

    /// Makes the world of a seed small. `nil`: nothing goes wrong in it.
    package init?(seed: UInt64, fault: Fault? = nil) {
        let plan = WorldPlan(seed: seed)
        var world = SimulatedWorld(plan, fault: fault)
        verdict = world.run()
        guard let violation = verdict.violation else { return nil }
        self.seed = seed
        self.violation = violation
        shrunk = Shrinker.shrink(plan, breaking: violation.rule, fault: fault)
        var small = SimulatedWorld(shrunk, fault: fault, storyLength: 1_000)
        shrunkVerdict = small.run()
    }

    package var description: String {
        """
        World \(seed), step \(verdict.steps), after \(verdict.endedAt) ms:
        \(violation)
        In small: \(shrunkVerdict.violation?.description ?? "")
        \(shrunk)
        \(shrunkVerdict.story.text)
        Again, whole: swift run -c release simulate --seed \(seed)
        """
    }
}
