import Deliveries

/// A small world round one `Dispatcher`: a ledger, receivers, operators and bad luck, all drawn from one seed.
///
/// It does what the services of the relay do round the real one, in the same order, with every wait made an event, so that
/// a seed always tells the same story.
struct SimulatedWorld {
    enum Happening {
        case arrive(DeliveryID, Int)
        case operate
        case replay(DeliveryID)
        case setClock
        case crash
        case start
        /// The process is asked to stop, and started again once it has.
        case restart
        /// From now on nothing goes wrong.
        case calm
        case relay(life: Int, RelayInput)
    }

    let plan: WorldPlan
    var random: SeededGenerator
    /// Milliseconds since the world began, on a clock that nobody sets.
    var now: Int64 = 0
    var wallOffset: Int64 = 1_705_313_100_000
    var queue = EventQueue<Happening>()
    var ledger: SimulatedLedger
    var invariants: Invariants
    var story: Story
    /// How each destination is called by the routes in force; `nil`: its route was taken away.
    var policies: [DestinationPolicy?]
    let indexOf: [String: Int]
    var relay: SimulatedRelay
    private var steps = 0
    private(set) var isCalm = false

    init(seed: UInt64, storyLength: Int = 60) {
        story = Story(length: storyLength)
        random = SeededGenerator(seed: seed)
        plan = WorldPlan(seed: seed, using: &random)
        ledger = SimulatedLedger(destinations: plan.destinations.count)
        invariants = Invariants(limits: plan.limits, destinations: plan.destinations.count)
        policies = plan.destinations.map(\.policy)
        relay = SimulatedRelay(
            life: 0,
            dispatcher: Dispatcher(limits: plan.limits, seed: seed),
            readyAt: 0,
            isAlive: false,
            clockOffset: wallOffset
        )
        indexOf = Dictionary(uniqueKeysWithValues: plan.destinations.enumerated().map { ($0.element.name, $0.offset) })
        foresee()
    }

    var wall: Timestamp { Timestamp(milliseconds: now + wallOffset) }

    /// Runs the world to its end.
    mutating func run() throws {
        while let next = queue.nextTime {
            if next - now > 50 { try checkAttendance() }
            guard let (time, happening) = queue.popFirst() else { break }
            now = time
            try happen(happening)
            if relay.turnIsDue, queue.nextTime != now || chance(50) { try turn() }
            if relay.isAlive { try invariants.settled(relay.dispatcher) }
            steps += 1
            if steps > 50_000 + 2_000 * (plan.deliveries + plan.destinations.count) {
                throw InvariantViolation(description: "the world does not come to rest")
            }
        }
        if ledger.rows.count != plan.deliveries {
            throw InvariantViolation(description: "not every delivery was admitted")
        }
        if ledger.pendingCount > 0 {
            throw InvariantViolation(description: "\(ledger.pendingCount) deliveries are pending for ever")
        }
        if relay.dispatcher.heldCount > 0 {
            throw InvariantViolation(description: "\(relay.dispatcher.heldCount) deliveries are held that have ended")
        }
    }

    /// Puts down what is going to happen to this world from outside.
    private mutating func foresee() {
        queue.schedule(.start, at: 0)
        for number in 0..<plan.deliveries {
            let time = Int64.random(in: 0...plan.arrivalsEndAt, using: &random)
            let destination = Int.random(in: plan.destinations.indices, using: &random)
            queue.schedule(.arrive(DeliveryID(rawValue: Int64(number)), destination), at: time)
        }
        let troubles: [(Int, Happening)] = [
            (plan.operations, .operate), (plan.clockChanges, .setClock), (plan.crashes, .crash),
            (plan.restarts, .restart),
        ]
        for (count, trouble) in troubles {
            for _ in 0..<count { queue.schedule(trouble, at: .random(in: 0...plan.calmAt, using: &random)) }
        }
        queue.schedule(.calm, at: plan.calmAt + 10)
    }

    private mutating func happen(_ happening: Happening) throws {
        switch happening {
        case .arrive(let id, let destination): arrive(id, destination)
        case .operate: operate()
        case .replay(let id): replay(id)
        case .setClock: setClock()
        case .crash: crash()
        case .start: start()
        case .restart:
            guard relay.isReady, !relay.isDraining else { break }
            story.note(now, "drains")
            relay.isDraining = true
            relay.dispatcher.drain()
            relay.turnIsDue = true
            invariants.drains()
        case .calm: calm()
        case .relay(let life, let input):
            // What was meant for an earlier life is lost with it.
            guard relay.isAlive, relay.life == life else { break }
            noticeClockChange()
            try take(input)
        }
    }

    // MARK: From outside

    private mutating func arrive(_ id: DeliveryID, _ destination: Int) {
        guard relay.isAlive, !relay.isDraining else {
            queue.schedule(.arrive(id, destination), at: now + 500)
            return
        }
        story.note(now, "arrives", id, destination)
        ledger.admit(id, to: destination, at: wall)
        tell(.admitted(DueDelivery(id: id, dueAt: wall, progress: .fresh), destination), within: 2)
    }

    private mutating func operate() {
        let destination = Int.random(in: plan.destinations.indices, using: &random)
        let id = DeliveryID(rawValue: .random(in: 0..<Int64(plan.deliveries), using: &random))
        switch Int.random(in: 0..<8, using: &random) {
        case 0, 1:
            story.note(now, "operator pauses", destination)
            tell(.pause(destination))
        case 2:
            story.note(now, "operator resumes", destination)
            tell(.resume(destination))
        case 3:
            guard ledger.cancel(id, at: now) else { return }
            story.note(now, "operator cancels", id)
            tell(.cancelled(id))
            // And thinks better of it.
            if chance(50) { queue.schedule(.replay(id), at: now + .random(in: 0...30, using: &random)) }
        case 4, 5:
            replay(id)
        case 6:
            story.note(now, "route is taken away", destination)
            policies[destination] = nil
            tell(.reload(destination))
        default:
            story.note(now, "route is changed", destination)
            policies[destination] = WorldPlan.policy(using: &random)
            tell(.reload(destination))
        }
    }

    /// An operator's replay; it may come at a bad moment.
    mutating func replay(_ id: DeliveryID) {
        guard let row = ledger.rows[id], let due = ledger.replay(id, at: wall) else { return }
        story.note(now, "operator replays", id, row.destination)
        tell(.replayed(due, row.destination))
    }

    private mutating func setClock() {
        let size: Int64 = [1_000, 60_000, 3_600_000, 100_000_000].drawn(&random)
        let change = chance(50) ? size : -size
        story.note(now, "clock is set by", Int(change))
        wallOffset += change
        tell(.turn, within: 30_000)
    }

    private mutating func crash() {
        guard relay.isAlive else { return }
        story.note(now, "crashes")
        if relay.isCommitting, chance(50) { ledger.record(relay.committing) }
        die()
        queue.schedule(.start, at: now + .random(in: 10...5_000, using: &random))
    }

    private mutating func calm() {
        guard relay.isReady, !relay.isDraining else {
            queue.schedule(.calm, at: now + 500)
            return
        }
        story.note(now, "trouble is over")
        if !isCalm {
            isCalm = true
            // An answer that is still under way may say 410 after all was resumed.
            queue.schedule(.calm, at: now + 60_000)
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
        story.note(now, "starts, life", life)
        relay = SimulatedRelay(
            life: life,
            dispatcher: Dispatcher(limits: plan.limits, seed: random.next()),
            readyAt: now + 5,
            clockOffset: wallOffset
        )
        invariants.restarted()
        queue.schedule(
            .relay(life: life, .ready(records: ledger.destinationRecords(), backlog: ledger.backlog())),
            at: now + 5
        )
    }

    /// Ends the process after it drained, and starts it again.
    mutating func stop() {
        story.note(now, "has drained")
        die()
        queue.schedule(.start, at: now + 10)
    }

    private mutating func die() {
        relay.isAlive = false
        relay.isReady = false
        relay.turnIsDue = false
    }

    /// Tells the process something, a little later.
    mutating func tell(_ input: RelayInput, within delay: Int64 = 5) {
        let later = Int64.random(in: 0...delay, using: &random)
        tell(input, after: later, life: relay.life)
    }

    mutating func tell(_ input: RelayInput, after delay: Int64, life: Int) {
        queue.schedule(.relay(life: life, input), at: max(now + delay, relay.readyAt))
    }

    mutating func chance(_ percent: Int) -> Bool {
        Int.random(in: 0..<100, using: &random) < percent
    }

    /// Whether the ledger fails a call that begins now.
    mutating func ledgerFails() -> Bool { !isCalm && chance(plan.ledgerFailures) }

    private mutating func checkAttendance() throws {
        guard relay.isReady, relay.clockOffset == wallOffset else { return }
        // It costs a look at every destination, so large worlds are checked now and then.
        guard plan.destinations.count < 100 || chance(2) else { return }
        try invariants.attended(relay.dispatcher, ledger, at: now, wall: wall)
    }
}
