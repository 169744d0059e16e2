import Deliveries

/// Makes a failing world small: takes away what can be taken away without the same promise being kept after all.
package struct Shrinker {
    private var plan: WorldPlan
    private let rule: InvariantViolation.Rule
    private let fault: Fault?
    /// Worlds that may still be tried.
    private var budget: Int

    /// The smallest plan that was found to break a rule, one that `plan` breaks.
    ///
    /// - Parameter budget: how many worlds to try.
    package static func shrink(
        _ plan: WorldPlan,
        breaking rule: InvariantViolation.Rule,
        fault: Fault? = nil,
        budget: Int = 3_000
    ) -> WorldPlan {
        var shrinker = Shrinker(plan: plan, rule: rule, fault: fault, budget: budget)
        var size = Int.max
        while shrinker.plan.foreseen.count < size, shrinker.budget > 0 {
            size = shrinker.plan.foreseen.count
            shrinker.dropHappenings()
            shrinker.dropDestinations()
            shrinker.simplify()
        }
        return shrinker.plan
    }

    private init(plan: WorldPlan, rule: InvariantViolation.Rule, fault: Fault?, budget: Int) {
        self.plan = plan
        self.rule = rule
        self.fault = fault
        self.budget = budget
    }

    /// Keeps a change if the rule is still broken. - Returns: whether it was kept.
    @discardableResult
    private mutating func attempt(_ change: (inout WorldPlan) -> Void) -> Bool {
        guard budget > 0 else { return false }
        var candidate = plan
        change(&candidate)
        budget -= 1
        var world = SimulatedWorld(candidate, fault: fault)
        guard world.run().violation?.rule == rule else { return false }
        plan = candidate
        return true
    }

    /// Takes away runs of happenings: half of them, a quarter of them, down to each alone.
    private mutating func dropHappenings() {
        var length = max(1, plan.foreseen.count / 2)
        while true {
            var start = 0
            while start < plan.foreseen.count {
                let end = min(start + length, plan.foreseen.count)
                if !attempt({ $0.foreseen.removeSubrange(start..<end) }) { start = end }
            }
            if length == 1 { return }
            length /= 2
        }
    }

    /// Takes away destinations to which nothing happens.
    private mutating func dropDestinations() {
        attempt { plan in
            let used = Set(plan.foreseen.compactMap(\.destination))
            plan.keep(plan.destinations.indices.filter { used.contains($0) })
        }
        for index in plan.destinations.indices.reversed() where plan.destinations.count > 1 {
            let isUsed = plan.foreseen.contains { $0.destination == index }
            if !isUsed { attempt { plan in plan.keep(plan.destinations.indices.filter { $0 != index }) } }
        }
    }

    /// Puts the ordinary in the place of the unusual.
    private mutating func simplify() {
        let ordinary = DispatchLimits()
        attempt { $0.ledgerFailures = 0 }
        attempt { $0.lateNotices = 0 }
        attempt { $0.writtenFirst = 100 }
        attempt { $0.limits.inFlight = ordinary.inFlight }
        attempt { $0.limits.held = ordinary.held }
        attempt { ($0.limits.window, $0.limits.smallestWindow) = (ordinary.window, ordinary.smallestWindow) }
        attempt { $0.limits.unrecorded = ordinary.unrecorded }
        attempt { $0.limits.horizon = ordinary.horizon }
        for index in plan.destinations.indices {
            attempt { $0.destinations[index].receiver.habit = .healthy }
            attempt { $0.destinations[index].policy.rate = nil }
            attempt { $0.destinations[index].policy.retries = .standard }
            attempt { $0.destinations[index].policy.concurrency = DestinationPolicy().concurrency }
        }
        // Calm comes earlier, and with it all that was to happen before it.
        while plan.calmAt > 1_000, attempt({ $0.hasten() }) {}
    }
}

extension WorldPlan {
    /// Leaves only these destinations.
    fileprivate mutating func keep(_ indices: [Int]) {
        guard !indices.isEmpty else { return }
        let places = Dictionary(uniqueKeysWithValues: indices.enumerated().map { ($0.element, $0.offset) })
        destinations = indices.map { destinations[$0] }
        foreseen = foreseen.compactMap { happening in
            guard let destination = happening.destination else { return happening }
            return places[destination].map { happening.naming($0) }
        }
    }

    fileprivate mutating func hasten() {
        calmAt = max(1_000, calmAt / 4)
        for index in foreseen.indices { foreseen[index].at = min(foreseen[index].at / 4, calmAt) }
        for index in destinations.indices { destinations[index].receiver.recoversAt /= 4 }
    }
}
