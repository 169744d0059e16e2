import Deliveries

/// A small world round one `Dispatcher`: a ledger, receivers, operators and bad luck, all drawn from one seed.
///
/// It does what the services of the relay do round the real one, in the same order, with every wait made an event, so that
/// a plan always tells the same story.
package struct SimulatedWorld {
    enum Happening {
        case foreseen(Foreseen.What)
        /// Intake commits a delivery that it read at a time, before it is sent.
        case admit(DeliveryID, Int, receivedAt: Timestamp, life: Int)
        case start
        /// From now on nothing goes wrong.
        case calm
        case relay(life: Int, RelayInput)
    }

    let plan: WorldPlan
    let fault: Fault?
    let dice: Dice
    /// Milliseconds since the world began, on a clock that nobody sets.
    private(set) var now: Int64 = 0
    private(set) var wallOffset: Int64 = 1_705_313_100_000
    var queue = EventQueue<Happening>()
    var ledger: SimulatedLedger
    var invariants: Invariants
    var story: Story
    /// How each destination is called by the routes in force; `nil`: its route was taken away.
    private(set) var policies: [DestinationPolicy?]
    /// Where each delivery goes, by its number.
    let destinationOf: [Int]
    let indexOf: [String: Int]
    var relay: SimulatedRelay
    private var steps = 0
    private(set) var isCalm = false
    /// Test events that the ledger took.
    var testsAdmitted = 0
    private let arrivals: Int
    let hasOperators: Bool

    /// Makes a world that has not begun.
    package init(_ plan: WorldPlan, fault: Fault? = nil, storyLength: Int = 0) {
        self.plan = plan
        self.fault = fault
        dice = Dice(seed: plan.seed)
        story = Story(length: storyLength)
        arrivals = plan.arrivals
        hasOperators = plan.foreseen.contains(where: \.isByOperator)
        destinationOf = plan.destinationsOfDeliveries
        ledger = SimulatedLedger(destinations: plan.destinations.count, deliveries: destinationOf.count)
        invariants = Invariants(
            limits: plan.limits,
            hosts: plan.destinations.map { RouteTable.callbackHost(of: $0.name) },
            deliveries: destinationOf.count
        )
        policies = plan.destinations.map(\.policy)
        relay = SimulatedRelay(
            life: 0,
            dispatcher: Dispatcher(limits: plan.limits, seed: plan.seed),
            readyAt: 0,
            isAlive: false,
            clockOffset: wallOffset
        )
        indexOf = Dictionary(uniqueKeysWithValues: plan.destinations.enumerated().map { ($0.element.name, $0.offset) })
        queue.schedule(.start, at: 0)
        for happening in plan.foreseen { queue.schedule(.foreseen(happening.what), at: happening.at) }
        queue.schedule(.calm, at: plan.calmAt + 10)
    }

    var wall: Timestamp { Timestamp(milliseconds: now + wallOffset) }

    /// Runs the world to its end.
    package mutating func run() -> Verdict {
        do {
            try live()
            return Verdict(violation: nil, steps: steps, endedAt: now, story: story)
        } catch {
            return Verdict(violation: error, steps: steps, endedAt: now, story: story)
        }
    }

    private mutating func live() throws(InvariantViolation) {
        let patience = 50_000 + 2_000 * (arrivals + plan.destinations.count)
        while let next = queue.nextTime {
            if next - now > 50 { try checkAttendance() }
            guard let (time, happening) = queue.popFirst() else { break }
            now = time
            try happen(happening)
            if relay.turnIsDue, queue.nextTime != now || takesTurnEarly { try turn() }
            if relay.isAlive { try invariants.settled(relay.dispatcher) }
            steps += 1
            if steps > patience { throw InvariantViolation(rule: .rest, message: "it goes on and on") }
        }
        try checkEnd()
    }

    /// Whether the dispatcher is asked what to do before everything of this moment has reached it.
    private var takesTurnEarly: Bool {
        var luck = dice.cast(.turn, now)
        return luck.chance(50)
    }

    private mutating func happen(_ happening: Happening) throws(InvariantViolation) {
        switch happening {
        case .foreseen(let what): happen(what)
        case .admit(let id, let destination, let receivedAt, let life):
            admit(id, destination, receivedAt: receivedAt, life: life)
        case .start: start()
        case .calm: calm()
        case .relay(let life, let input):
            // What was meant for an earlier life is lost with it.
            guard relay.isAlive, relay.life == life else { break }
            noticeClockChange()
            try take(input)
        }
    }

    // MARK: From outside

    private mutating func happen(_ what: Foreseen.What) {
        switch what {
        case .arrive(let id, let destination):
            arrive(id, destination)
        case .pause(let destination):
            story.note(now, .destination(destination), "is paused by an operator")
            tell(.pause(destination))
        case .resume(let destination):
            story.note(now, .destination(destination), "is resumed by an operator")
            tell(.resume(destination))
        case .cancel(let id, let replayedAfter):
            guard ledger.cancel(id, at: now) else { return }
            story.note(now, .delivery(id), "is cancelled by an operator")
            tell(.cancelled(id))
            if let replayedAfter { queue.schedule(.foreseen(.replay(id)), at: now + replayedAfter) }
        case .replay(let id):
            replay(id)
        case .test(let id, let destination):
            guard relay.isReady, !relay.isDraining else { return }
            story.note(now, .delivery(id), "is a test by an operator of destination", destination)
            tell(.test(id, destination))
        case .takeRouteAway(let destination):
            story.note(now, .destination(destination), "loses its route")
            policies[destination] = nil
            tell(.reload(destination))
        case .changeRoute(let destination, let policy):
            story.note(now, .destination(destination), "has another route, with a concurrency of", policy.concurrency)
            policies[destination] = policy
            tell(.reload(destination))
        case .setClock(let change):
            story.note(now, .world, "the clock is set by ms", Int(change))
            wallOffset += change
            invariants.clockWasSet()
            tell(.turn, within: 30_000)
        case .crash(let downFor):
            crash(downFor: downFor)
        case .restart:
            drain()
        }
    }

    /// Intake reads an event. What it cannot admit now stays in the stream.
    private mutating func arrive(_ id: DeliveryID, _ destination: Int) {
        guard relay.isAlive, !relay.isDraining else {
            queue.schedule(.foreseen(.arrive(id, destination)), at: now + 500)
            return
        }
        guard ledger[id] == nil else {
            story.note(now, .delivery(id), "is read again by intake, and known")
            return
        }
        story.note(now, .delivery(id), "is read by intake for destination", destination)
        var luck = dice.cast(.admission, id.rawValue, now)
        if luck.chance(plan.writtenFirst) {
            queue.schedule(
                .admit(id, destination, receivedAt: wall, life: relay.life),
                at: max(now, relay.readyAt) + luck.number(0...5)
            )
        } else {
            relay.unwritten[id] = SimulatedRelay.Unwritten(destination: destination, receivedAt: wall)
            let due = DueDelivery(id: id, dueAt: wall, progress: .fresh)
            tell(.offered(due, destination), after: luck.number(0...2), life: relay.life)
        }
    }

    private mutating func admit(_ id: DeliveryID, _ destination: Int, receivedAt: Timestamp, life: Int) {
        guard relay.isAlive, relay.life == life else {
            // It was not acknowledged, and is read again.
            queue.schedule(.foreseen(.arrive(id, destination)), at: now + 500)
            return
        }
        var luck = dice.cast(.admission, id.rawValue, now)
        if ledgerFails(id.rawValue) {
            story.note(now, .delivery(id), "could not be admitted")
            let again = Happening.admit(id, destination, receivedAt: receivedAt, life: life)
            queue.schedule(again, at: now + luck.number(50...1_000))
            return
        }
        story.note(now, .delivery(id), "is admitted")
        ledger.admit(id, to: destination, dueAt: receivedAt)
        invariants.admitted(id, to: destination)
        tellWritten(id, destination, receivedAt: receivedAt)
    }

    /// The dispatcher hears, sometimes late, that a delivery is in the ledger.
    mutating func tellWritten(_ id: DeliveryID, _ destination: Int, receivedAt: Timestamp) {
        var luck = dice.cast(.admission, id.rawValue, now)
        let isLate = !isCalm && luck.chance(plan.lateNotices)
        if fault == .losesWrittenNotice, luck.chance(10) { return }
        tell(
            .written(DueDelivery(id: id, dueAt: receivedAt, progress: .fresh), destination),
            after: isLate ? luck.number(3...3_000) : luck.number(0...2),
            life: relay.life
        )
    }

    /// An operator's replay; it may come at a bad moment.
    mutating func replay(_ id: DeliveryID) {
        guard let row = ledger[id], let due = ledger.replay(id, at: wall) else { return }
        story.note(now, .delivery(id), "is replayed by an operator")
        tell(.replayed(due, row.destination))
    }

    private mutating func calm() {
        guard relay.isReady, !relay.isDraining else {
            queue.schedule(.calm, at: now + 500)
            return
        }
        story.note(now, .world, "trouble is over")
        if !isCalm {
            isCalm = true
            // An answer that is still under way may say 410 after all was resumed.
            queue.schedule(.calm, at: now + 60_000)
        }
        // What the ledger refused in this life of the process is sent in the next.
        guard !relay.hasUnrecordable else {
            drain()
            queue.schedule(.calm, at: now + 500)
            return
        }
        for index in plan.destinations.indices {
            if policies[index] == nil {
                policies[index] = plan.destinations[index].policy
                tell(.reload(index))
            }
            tell(.resume(index))
        }
    }

    // MARK: The process

    private mutating func start() {
        let life = relay.life + 1
        story.note(now, .world, "the process starts, life", life)
        var luck = dice.cast(.generation, Int64(life))
        relay = SimulatedRelay(
            life: life,
            dispatcher: Dispatcher(limits: plan.limits, seed: luck.next()),
            readyAt: now + 5,
            clockOffset: wallOffset
        )
        invariants.restarted()
        let ready = RelayInput.ready(records: ledger.destinationRecords(), backlog: ledger.backlog())
        queue.schedule(.relay(life: life, ready), at: now + 5)
    }

    private mutating func crash(downFor: Int64) {
        guard relay.isAlive else { return }
        story.note(now, .world, "the process dies")
        var luck = dice.cast(.commit, now)
        if relay.isCommitting, luck.chance(50) { write(relay.committing) }
        die()
        queue.schedule(.start, at: now + downFor)
    }

    private mutating func drain() {
        guard relay.isReady, !relay.isDraining else { return }
        story.note(now, .world, "the process drains")
        relay.isDraining = true
        relay.dispatcher.drain()
        relay.turnIsDue = true
        invariants.drains()

    }

    /// Ends the process after it drained, and starts it again.
    mutating func stop() {
        story.note(now, .world, "the process has drained and stops")
        die()
        queue.schedule(.start, at: now + 10)
    }

    private mutating func die() {
        // It was not acknowledged, and is read again.
        for (id, delivery) in relay.unwritten(in: ledger) {
            queue.schedule(.foreseen(.arrive(id, delivery.destination)), at: now + 500)
        }
        relay.unwritten = [:]
        relay.isAlive = false
        relay.isReady = false
        relay.turnIsDue = false
    }

    private mutating func noticeClockChange() {
        guard relay.clockOffset != wallOffset else { return }
        let change = wallOffset - relay.clockOffset
        relay.clockOffset = wallOffset
        relay.armedAt = nil
        if relay.dispatcher.clockWasSet(byMilliseconds: change) {
            relay.movesUnderWay += 1
            // What was received by the old clock is written before its due time is moved.
            writeUnwritten()
            relay.unsaved.append(.clockWasSet(back: -change, at: wall))
        }
    }

    /// Tells the process something, a little later.
    mutating func tell(_ input: RelayInput, within delay: Int64 = 5) {
        var luck = dice.cast(.news, now)
        tell(input, after: luck.number(0...delay), life: relay.life)
    }

    mutating func tell(_ input: RelayInput, after delay: Int64, life: Int) {
        queue.schedule(.relay(life: life, input), at: max(now + delay, relay.readyAt))
    }

    /// Whether the ledger fails a call about a subject that begins now.
    func ledgerFails(_ subject: Int64) -> Bool {
        guard !isCalm, plan.ledgerFailures > 0 else { return false }
        var luck = dice.cast(.ledgerFails, subject, now)
        return luck.chance(plan.ledgerFailures)
    }

    /// Whether the ledger refuses a result for good, as long as the process lives.
    func ledgerRefuses(_ result: AttemptResult) -> Bool {
        guard !isCalm, plan.ledgerFailures > 0 else { return false }
        var luck = dice.cast(
            .refusal,
            result.attempt.delivery.rawValue,
            Int64(relay.life) << 32 + Int64(result.attempt.number)
        )
        return luck.chance(2)
    }

    // MARK: What must hold

    private mutating func checkAttendance() throws(InvariantViolation) {
        guard relay.isReady, relay.clockOffset == wallOffset, relay.movesUnderWay == 0 else { return }
        // It costs a look at every destination, so large worlds are checked now and then.
        guard plan.destinations.count < 50 || now % 64 == 0 else { return }
        try invariants.attended(relay.dispatcher, ledger, at: now, wall: wall)
    }

    private func checkEnd() throws(InvariantViolation) {
        let admitted = ledger.admittedCount - testsAdmitted
        if admitted != arrivals {
            throw InvariantViolation(rule: .nothingLost, message: "\(admitted) of \(arrivals) events were admitted")
        }
        if ledger.pendingCount > 0 {
            throw InvariantViolation(
                rule: .nothingLost,
                message: "\(ledger.pendingCount) deliveries are pending for ever"
            )
        }
        if relay.dispatcher.heldCount > 0 {
            throw InvariantViolation(
                rule: .memory,
                message: "\(relay.dispatcher.heldCount) deliveries are held that have ended"
            )
        }
        for destination in plan.destinations
        where destination.name.hasPrefix(RouteTable.callbackPrefix) && relay.dispatcher.knows(destination.name) {
            throw InvariantViolation(rule: .memory, message: "\(destination.name) is kept though nothing is left of it")
        }
    }
}
