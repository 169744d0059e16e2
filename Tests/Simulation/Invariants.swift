import Deliveries

/// Something that must never happen did.
struct InvariantViolation: Error, CustomStringConvertible {
    var description: String
}

/// What must hold in every world after every step, told from what the dispatcher was told and what it ordered, never from
/// what it thinks of itself. Times are milliseconds since the world began, on a clock that nobody sets.
struct Invariants {
    private struct Destination {
        var policy: DestinationPolicy?
        var health = DestinationHealth.healthy
        var inFlight = 0
        var probeIsInFlight = false
        var failedProbes = 0
        var noProbeBefore: Int64 = 0
        /// A bucket of requests that may go out at once, refilled at the rate.
        var tokens = Double.infinity
        var refilledAt: Int64 = 0
        var loadIsUnderWay = false
        var fruitlessLoads = 0
        /// Until when it may rest, because the world asked it to.
        var restsUntil: Int64 = 0
    }

    private let limits: DispatchLimits
    private var destinations: [Destination]
    /// Orders that have not come to an end: in flight, or a result that is not known to be recorded.
    private var inFlight: [DeliveryID: AttemptTrigger] = [:]
    private var recording: Set<DeliveryID> = []
    private var isDraining = false

    init(limits: DispatchLimits, destinations: Int) {
        self.limits = limits
        self.destinations = Array(repeating: Destination(), count: destinations)
    }

    // MARK: What the dispatcher was told

    /// All memory is gone.
    mutating func restarted() {
        self = Invariants(limits: limits, destinations: destinations.count)
    }

    mutating func configured(_ index: Int, _ policy: DestinationPolicy?) {
        if destinations[index].policy?.rate != policy?.rate { destinations[index].tokens = .infinity }
        destinations[index].policy = policy
    }

    mutating func restored(_ index: Int, _ health: DestinationHealth) {
        destinations[index].health = health
    }

    mutating func paused(_ index: Int) {
        destinations[index].health = .paused
    }

    mutating func rests(_ index: Int, until time: Int64) {
        destinations[index].restsUntil = max(destinations[index].restsUntil, time)
    }

    mutating func drains() { isDraining = true }

    mutating func finished(_ result: AttemptResult, of index: Int, at now: Int64) throws {
        let id = result.attempt.delivery
        guard let trigger = inFlight.removeValue(forKey: id) else {
            throw InvariantViolation(description: "\(id) ended but was not in flight")
        }
        recording.insert(id)
        destinations[index].inFlight -= 1
        guard trigger == .probe else { return }
        destinations[index].probeIsInFlight = false
        if result.attempt.outcome == .retry || result.attempt.outcome == .unknown {
            destinations[index].failedProbes += 1
            let delay = min(300_000, Int64(5_000) << min(destinations[index].failedProbes, 10))
            destinations[index].noProbeBefore = now + delay
        }
    }

    mutating func takenBack(_ id: DeliveryID, of index: Int) {
        guard let trigger = inFlight.removeValue(forKey: id) else { return }
        destinations[index].inFlight -= 1
        if trigger == .probe { destinations[index].probeIsInFlight = false }
    }

    mutating func recorded(_ id: DeliveryID) { recording.remove(id) }

    mutating func loaded(_ index: Int, broughtNothing: Bool) throws {
        destinations[index].loadIsUnderWay = false
        destinations[index].fruitlessLoads = broughtNothing ? destinations[index].fruitlessLoads + 1 : 0
        if destinations[index].fruitlessLoads > 50 {
            throw InvariantViolation(
                description: "destination \(index) reads the ledger again and again, and nothing comes of it"
            )
        }
    }

    // MARK: What it ordered

    mutating func changed(_ index: Int, _ record: DestinationRecord, at now: Int64) {
        destinations[index].health = record.health
        destinations[index].failedProbes = 0
        destinations[index].noProbeBefore = record.health == .suspended ? now + 5_000 : 0
    }

    mutating func ordered(_ load: LoadOrder, of index: Int) throws {
        try check(!isDraining, "destination \(index) reads the ledger while draining")
        try check(!destinations[index].loadIsUnderWay, "destination \(index) reads two pages at once")
        try check(
            destinations[index].policy != nil,
            "destination \(index) reads the ledger though it is not configured"
        )
        try check(load.limit > 0, "destination \(index) asks for a page of nothing")
        destinations[index].loadIsUnderWay = true
    }

    mutating func ordered(_ order: SendOrder, of index: Int, row: SimulatedLedger.Row?, at now: Int64) throws {
        var destination = destinations[index]
        let id = order.id
        destination.fruitlessLoads = 0
        try check(!isDraining, "\(id) is sent while draining")
        try check(inFlight[id] == nil, "\(id) is sent while it is in flight")
        try check(!recording.contains(id), "\(id) is sent while its last result is being recorded")
        guard let policy = destination.policy else {
            throw InvariantViolation(description: "\(id) is sent though \(index) is not configured")
        }
        if let row, row.status == .pending {
            try check(
                order.number == row.progress.attempts + 1,
                "\(id) is sent as attempt \(order.number) after \(row.progress.attempts)"
            )
        }
        inFlight[id] = order.trigger
        destination.inFlight += 1
        try check(
            destination.inFlight <= policy.concurrency,
            "destination \(index) has \(destination.inFlight) requests at once"
        )
        switch destination.health {
        case .paused, .gone:
            throw InvariantViolation(description: "\(id) is sent though \(index) is \(destination.health)")
        case .suspended:
            try check(order.trigger == .probe, "\(id) is sent though \(index) is suspended")
            try check(!destination.probeIsInFlight, "\(index) is probed twice at once")
            try check(
                now >= destination.noProbeBefore,
                "\(index) is probed \(destination.noProbeBefore - now) ms too early"
            )
            destination.probeIsInFlight = true
        case .healthy, .ramping:
            try check(order.trigger != .probe, "\(id) is called a probe though \(index) is \(destination.health)")
        }
        if let rate = policy.rate {
            let perMillisecond = Double(rate.count) / Double(rate.perMilliseconds)
            let refilled = destination.tokens + Double(now - destination.refilledAt) * perMillisecond
            destination.tokens = min(rate.burst, refilled) - 1
            destination.refilledAt = now
            // Clocks that are set move paces by whole milliseconds, and those are kept as floating point numbers.
            try check(destination.tokens > -0.01, "destination \(index) gets more than its rate")
        }
        destinations[index] = destination
    }

    /// Checks what the dispatcher says of itself against what it was seen to do.
    func settled(_ dispatcher: Dispatcher) throws {
        try check(
            dispatcher.inFlight == inFlight.count,
            "\(dispatcher.inFlight) in flight, but \(inFlight.count) were sent"
        )
        try check(
            dispatcher.unrecorded == recording.count,
            "\(dispatcher.unrecorded) unrecorded, but \(recording.count) are"
        )
        try check(inFlight.count <= limits.inFlight, "\(inFlight.count) in flight over all")
        let unrecorded = limits.unrecorded + limits.inFlight
        try check(recording.count <= unrecorded, "\(recording.count) results wait for the ledger")
        let queued = dispatcher.heldCount - inFlight.count - recording.count
        let room = limits.held + destinations.count * limits.smallestWindow
        try check(queued <= room, "\(queued) deliveries wait in memory")
    }

    /// Checks, when nothing is going to happen for a while, that no destination has been left alone with work that is due.
    func attended(_ dispatcher: Dispatcher, _ ledger: SimulatedLedger, at now: Int64, wall: Timestamp) throws {
        guard inFlight.isEmpty, recording.isEmpty, !isDraining else { return }
        let wakeIn = dispatcher.wakeAt.map { $0.milliseconds(since: wall) }
        for (index, destination) in destinations.enumerated() {
            guard let policy = destination.policy, !destination.loadIsUnderWay, destination.health != .paused,
                destination.health != .gone,
                ledger.pending(at: index).contains(where: { ledger.rows[$0].map { $0.dueAt <= wall } ?? false })
            else { continue }
            var patience = max(limits.horizon, destination.restsUntil - now)
            if let rate = policy.rate { patience = max(patience, rate.perMilliseconds / Int64(rate.count) + 1) }
            if destination.health == .suspended { patience = max(patience, 300_000) }
            guard let wakeIn, wakeIn <= patience else {
                throw InvariantViolation(
                    description:
                        "destination \(index) (\(destination.health)) has work that is due, and nobody attends to it: next look "
                        + (wakeIn.map { "in \($0) ms" } ?? "never")
                )
            }
        }
    }

    private func check(_ holds: Bool, _ message: @autoclosure () -> String) throws {
        if !holds { throw InvariantViolation(description: message()) }
    }
}
