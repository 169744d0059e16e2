import Deliveries

/// What must hold in every world after every step, told from what the dispatcher was told and what it ordered, never from
/// what it thinks of itself. Times are milliseconds since the world began, on a clock that nobody sets.
struct Invariants {
    private enum Stage {
        case free
        case inFlight(AttemptTrigger)
        /// The result is not known to be recorded.
        case recording(isTest: Bool)
        /// The result cannot be recorded: it is not sent again before somebody asks for it, or the process starts again.
        case unrecordable
    }

    private struct Destination {
        var policy: DestinationPolicy?
        var health = DestinationHealth.healthy
        /// Whether it has given a sign of life in this life of the process.
        var hasAnswered = false
        /// Requests in flight, without and with those of tests.
        var ordered = 0
        var inFlight = 0
        var recording = 0
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
        /// Since when nothing was done for it though something could have been.
        var neglectedSince: Int64?
        /// First attempts that were sent in a row while a retry was due.
        var firstAttemptsInARow = 0
        /// Deliveries in the order in which they were admitted, and the place of the first that was not tried yet.
        var admitted: [DeliveryID] = []
        var oldest = 0
        /// First attempts that were sent while the oldest one waited.
        var overtaken = 0
    }

    private let limits: DispatchLimits
    /// The host of each destination whose URL came with an event.
    private let hosts: [String?]
    private var destinations: [Destination]
    /// By the numbers of the deliveries.
    private var stages: [Stage]
    /// Those that are in the ledger while the dispatcher is yet to hear of it.
    private var unannounced: Set<DeliveryID> = []
    /// Those that were replayed since they were sent.
    private var replayed: Set<DeliveryID> = []
    private var unrecordable = 0
    private var inFlight = 0
    private var testsInFlight = 0
    private var recording = 0
    private var testsRecording = 0
    /// Requests in flight to destinations that have given no sign of life.
    private var unanswered = 0
    /// The same of the URLs of each host.
    private var unansweredOfHost: [String: Int] = [:]
    private var isDraining = false

    init(limits: DispatchLimits, hosts: [String?], deliveries: Int) {
        self.limits = limits
        self.hosts = hosts
        self.destinations = Array(repeating: Destination(), count: hosts.count)
        self.stages = Array(repeating: .free, count: deliveries)
    }

    // MARK: What the dispatcher was told

    /// All memory is gone.
    mutating func restarted() {
        var next = Invariants(limits: limits, hosts: hosts, deliveries: stages.count)
        for index in destinations.indices { next.destinations[index].admitted = destinations[index].admitted }
        self = next
    }

    mutating func configured(_ index: Int, _ policy: DestinationPolicy?) {
        if destinations[index].policy?.rate != policy?.rate { destinations[index].tokens = .infinity }
        destinations[index].policy = policy
        destinations[index].neglectedSince = nil
    }

    mutating func restored(_ index: Int, _ health: DestinationHealth) {
        destinations[index].health = health
    }

    mutating func paused(_ index: Int) {
        destinations[index].health = .paused
        destinations[index].neglectedSince = nil
    }

    mutating func rests(_ index: Int, until time: Int64) {
        destinations[index].restsUntil = max(destinations[index].restsUntil, time)
        destinations[index].neglectedSince = nil
    }

    mutating func drains() { isDraining = true }

    /// What was due may no longer be, and the order of what is due may be another.
    mutating func clockWasSet() {
        for index in destinations.indices {
            destinations[index].neglectedSince = nil
            destinations[index].firstAttemptsInARow = 0
            destinations[index].overtaken = 0
        }
    }

    mutating func admitted(_ id: DeliveryID, to index: Int) {
        destinations[index].admitted.append(id)
        unannounced.insert(id)
    }

    mutating func announced(_ id: DeliveryID, to index: Int) {
        unannounced.remove(id)
        destinations[index].neglectedSince = nil
    }

    mutating func finished(_ result: AttemptResult, of index: Int, at now: Int64) throws(InvariantViolation) {
        let id = result.attempt.delivery
        guard case .inFlight(let trigger) = stages[Int(id.rawValue)] else {
            throw violation(.account, "\(Self.name(id)) ended but was not in flight")
        }
        endFlight(id, trigger, of: index)
        stages[Int(id.rawValue)] = .recording(isTest: trigger == .test)
        recording += 1
        if trigger == .test { testsRecording += 1 }
        destinations[index].recording += 1
        let outcome = result.attempt.outcome
        let isSignOfLife = outcome != .retry && outcome != .unknown && outcome != .blocked
        if isSignOfLife, !destinations[index].hasAnswered {
            destinations[index].hasAnswered = true
            noteUnanswered(-destinations[index].ordered, index)
        }
        if trigger == .probe, outcome == .retry || outcome == .unknown {
            destinations[index].failedProbes += 1
            let delay = min(300_000, Int64(5_000) << min(destinations[index].failedProbes, 10))
            destinations[index].noProbeBefore = now + delay
        }
    }

    mutating func takenBack(_ id: DeliveryID, of index: Int) {
        guard case .inFlight(let trigger) = stages[Int(id.rawValue)] else { return }
        endFlight(id, trigger, of: index)
        stages[Int(id.rawValue)] = .free
        replayed.remove(id)
    }

    private mutating func endFlight(_ id: DeliveryID, _ trigger: AttemptTrigger, of index: Int) {
        inFlight -= 1
        destinations[index].inFlight -= 1
        destinations[index].neglectedSince = nil
        if trigger == .probe { destinations[index].probeIsInFlight = false }
        if trigger == .test {
            testsInFlight -= 1
        } else {
            destinations[index].ordered -= 1
            if !destinations[index].hasAnswered { noteUnanswered(-1, index) }
        }
    }

    mutating func replayed(_ id: DeliveryID) {
        switch stages[Int(id.rawValue)] {
        case .free: break
        case .inFlight, .recording: replayed.insert(id)
        case .unrecordable: free(id)
        }
    }

    mutating func cancelled(_ id: DeliveryID) {
        if case .unrecordable = stages[Int(id.rawValue)] { free(id) }
    }

    private mutating func free(_ id: DeliveryID) {
        stages[Int(id.rawValue)] = .free
        unrecordable -= 1
    }

    mutating func unrecordable(_ id: DeliveryID, of index: Int) {
        guard case .recording = stages[Int(id.rawValue)] else { return }
        let wasReplayed = replayed.contains(id)
        recorded(id, of: index)
        guard !wasReplayed else { return }
        stages[Int(id.rawValue)] = .unrecordable
        unrecordable += 1
    }

    mutating func recorded(_ id: DeliveryID, of index: Int) {
        guard case .recording(let isTest) = stages[Int(id.rawValue)] else { return }
        stages[Int(id.rawValue)] = .free
        replayed.remove(id)
        recording -= 1
        if isTest { testsRecording -= 1 }
        destinations[index].recording -= 1
        destinations[index].neglectedSince = nil
    }

    mutating func loaded(_ index: Int, broughtNothing: Bool) throws(InvariantViolation) {
        destinations[index].loadIsUnderWay = false
        destinations[index].neglectedSince = nil
        destinations[index].fruitlessLoads = broughtNothing ? destinations[index].fruitlessLoads + 1 : 0
        try check(
            destinations[index].fruitlessLoads <= 50,
            .rest,
            "destination \(index) reads the ledger again and again, and nothing comes of it"
        )
    }

    // MARK: What it ordered

    mutating func changed(_ index: Int, _ record: DestinationRecord, at now: Int64) {
        destinations[index].health = record.health
        destinations[index].failedProbes = 0
        destinations[index].noProbeBefore = record.health == .suspended ? now + 5_000 : 0
        destinations[index].neglectedSince = nil
    }

    mutating func ordered(_ load: LoadOrder, of index: Int) throws(InvariantViolation) {
        let destination = destinations[index]
        try check(!isDraining, .states, "destination \(index) reads the ledger while draining")
        try check(!destination.loadIsUnderWay, .rest, "destination \(index) reads two pages at once")
        try check(destination.policy != nil, .states, "destination \(index) reads though it is not configured")
        try check(load.limit > 0, .rest, "destination \(index) asks for a page of nothing")
        destinations[index].loadIsUnderWay = true
        destinations[index].neglectedSince = nil
    }

    /// - Parameter receivedAt: when intake read it, if the ledger does not have it yet.
    mutating func ordered(
        _ order: SendOrder,
        of index: Int,
        receivedAt: Timestamp?,
        _ ledger: SimulatedLedger,
        at now: Int64,
        wall: Timestamp
    ) throws(InvariantViolation) {
        let id = order.id
        try check(!isDraining, .states, "\(Self.name(id)) is sent while draining")
        try begin(order, of: index)
        guard let policy = destinations[index].policy else {
            throw violation(.states, "\(Self.name(id)) is sent though destination \(index) is not configured")
        }
        let row = ledger[id]
        if let row, row.status == .pending {
            try check(
                order.number == row.progress.attempts + 1,
                .nothingDoubled,
                "\(Self.name(id)) is sent as attempt \(order.number) after \(row.progress.attempts)"
            )
        }
        try checkLimits(of: index, policy, at: now)
        try checkState(order, of: index, at: now)
        let isFirstAttempt = order.number == 1
        let dueAt = row?.dueAt ?? receivedAt
        try checkOrder(id, isFirstAttempt: isFirstAttempt, dueAt: dueAt, of: index, ledger, at: now, wall: wall)
        destinations[index].fruitlessLoads = 0
        destinations[index].neglectedSince = nil
    }

    /// The one attempt of a test, which no limit and no state holds up.
    mutating func orderedTest(_ order: SendOrder, of index: Int) throws(InvariantViolation) {
        try begin(order, of: index)
    }

    private mutating func begin(_ order: SendOrder, of index: Int) throws(InvariantViolation) {
        let id = order.id
        switch stages[Int(id.rawValue)] {
        case .free: break
        case .inFlight: throw violation(.nothingDoubled, "\(Self.name(id)) is sent while it is in flight")
        case .recording: throw violation(.nothingDoubled, "\(Self.name(id)) is sent while its result is recorded")
        case .unrecordable:
            throw violation(.nothingDoubled, "\(Self.name(id)) is sent again though its result cannot be recorded")
        }
        stages[Int(id.rawValue)] = .inFlight(order.trigger)
        inFlight += 1
        destinations[index].inFlight += 1
        if order.trigger == .test {
            testsInFlight += 1
        } else {
            destinations[index].ordered += 1
            if !destinations[index].hasAnswered { noteUnanswered(1, index) }
        }
    }

    private mutating func noteUnanswered(_ count: Int, _ index: Int) {
        unanswered += count
        if let host = hosts[index] { unansweredOfHost[host, default: 0] += count }
    }

    /// Requests in flight to URLs of one host that are not known to answer.
    private var slotsOfHost: Int { max(1, limits.inFlight / 16) }

    private mutating func checkLimits(of index: Int, _ policy: DestinationPolicy, at now: Int64)
        throws(InvariantViolation)
    {
        let destination = destinations[index]
        try check(
            destination.ordered <= policy.concurrency,
            .limits,
            "destination \(index) has \(destination.ordered) requests at once"
        )
        try check(inFlight - testsInFlight <= 2 * limits.inFlight, .limits, "\(inFlight) requests in flight over all")
        if !destination.hasAnswered {
            try check(
                unanswered <= max(1, limits.inFlight / 2),
                .nothingStarved,
                "\(unanswered) of \(limits.inFlight) slots are taken by destinations that never answered"
            )
            let ofHost = hosts[index].flatMap { unansweredOfHost[$0] } ?? 0
            try check(
                ofHost <= slotsOfHost,
                .nothingStarved,
                "\(ofHost) of \(limits.inFlight) slots are taken by URLs of one host that never answered"
            )
        }
        guard let rate = policy.rate else { return }
        let perMillisecond = Double(rate.count) / Double(rate.perMilliseconds)
        let refilled = destination.tokens + Double(now - destination.refilledAt) * perMillisecond
        destinations[index].tokens = min(rate.burst, refilled) - 1
        destinations[index].refilledAt = now
        // Clocks that are set move paces by whole milliseconds, and those are kept as floating point numbers.
        try check(destinations[index].tokens > -0.01, .limits, "destination \(index) gets more than its rate")
    }

    private mutating func checkState(_ order: SendOrder, of index: Int, at now: Int64) throws(InvariantViolation) {
        let destination = destinations[index]
        switch destination.health {
        case .paused, .gone:
            throw violation(.states, "\(Self.name(order.id)) is sent though \(index) is \(destination.health)")
        case .suspended:
            try check(
                order.trigger == .probe,
                .states,
                "\(Self.name(order.id)) is sent though \(index) is suspended"
            )
            try check(!destination.probeIsInFlight, .states, "\(index) is probed twice at once")
            try check(
                now >= destination.noProbeBefore,
                .states,
                "\(index) is probed \(destination.noProbeBefore - now) ms too early"
            )
            destinations[index].probeIsInFlight = true
        case .healthy, .ramping:
            try check(
                order.trigger != .probe,
                .states,
                "\(Self.name(order.id)) is called a probe though \(index) is \(destination.health)"
            )
        }
    }

    /// Retries are not starved by first attempts, nor old first attempts by new ones. Told in attempts, not in time: a slow
    /// destination may take long, but not while it is busy with others. A window of less than 8, which no relay has, is too small to
    /// keep the rule.
    private mutating func checkOrder(
        _ id: DeliveryID,
        isFirstAttempt: Bool,
        dueAt: Timestamp?,
        of index: Int,
        _ ledger: SimulatedLedger,
        at now: Int64,
        wall: Timestamp
    ) throws(InvariantViolation) {
        guard limits.window >= 8, limits.smallestWindow >= 8 else { return }
        guard isFirstAttempt else {
            destinations[index].firstAttemptsInARow = 0
            return
        }
        // While a page is on its way nobody knows what is on it, and a probe is a first attempt whenever there is one.
        let destination = destinations[index]
        let isBlind = destination.loadIsUnderWay || now < destination.restsUntil || destination.health == .suspended
        let retryWaits = ledger.shelves[index].retries.prefix { $0.dueAt <= wall }.contains { isFree($0.id) }
        if !retryWaits {
            destinations[index].firstAttemptsInARow = 0
        } else if !isBlind {
            destinations[index].firstAttemptsInARow += 1
        }
        try check(
            destinations[index].firstAttemptsInARow <= limits.window + 16,
            .nothingStarved,
            "\(destinations[index].firstAttemptsInARow) first attempts of destination \(index) while a retry is due"
        )
        let oldestBefore = destination.oldest
        while let oldest = oldestWaiting(at: index), ledger.isWaitingForFirstAttempt(oldest) == false || !isFree(oldest)
        {
            destinations[index].oldest += 1
        }
        if destinations[index].oldest != oldestBefore {
            destinations[index].overtaken = 0
        } else if !isBlind, let oldest = oldestWaiting(at: index), !unannounced.contains(oldest),
            let due = ledger[oldest]?.dueAt, due <= wall, let dueAt, (due, oldest) < (dueAt, id)
        {
            // Of those that came at one moment the ledger puts the smaller id first, whichever was committed first: no new one
            // can join them, so that none of them waits for ever.
            destinations[index].overtaken += 1
        }
        try check(
            destinations[index].overtaken <= 2 * limits.window + 16,
            .nothingStarved,
            "\(destinations[index].overtaken) first attempts of destination \(index) went ahead of the oldest"
        )
    }

    private func oldestWaiting(at index: Int) -> DeliveryID? {
        let destination = destinations[index]
        return destination.oldest < destination.admitted.count ? destination.admitted[destination.oldest] : nil
    }

    private func isFree(_ id: DeliveryID) -> Bool {
        if case .free = stages[Int(id.rawValue)] { true } else { false }
    }

    private func isUnrecordable(_ id: DeliveryID) -> Bool {
        if case .unrecordable = stages[Int(id.rawValue)] { true } else { false }
    }

    // MARK: What it says of itself

    /// Checks what the dispatcher says of itself against what it was seen to do, and how much it keeps.
    func settled(_ dispatcher: Dispatcher) throws(InvariantViolation) {
        try check(
            dispatcher.inFlight == inFlight,
            .account,
            "\(dispatcher.inFlight) in flight, but \(inFlight) were sent"
        )
        try check(
            dispatcher.unrecorded == recording,
            .account,
            "\(dispatcher.unrecorded) unrecorded, but \(recording) are"
        )
        try check(
            recording - testsRecording <= limits.unrecorded + 2 * limits.inFlight,
            .memory,
            "\(recording) results wait for the ledger"
        )
        let queued = dispatcher.heldCount - inFlight - recording - unrecordable
        let room = limits.held + destinations.count * limits.smallestWindow
        try check(queued <= room, .memory, "\(queued) deliveries wait in memory")
        try check(
            dispatcher.destinationCount <= destinations.count,
            .memory,
            "\(dispatcher.destinationCount) destinations are kept"
        )
        try check(
            dispatcher.timerCount <= 2 * destinations.count + 65,
            .memory,
            "\(dispatcher.timerCount) timers are set"
        )
    }

    /// Checks, when nothing is going to happen for a while, that no destination has been left alone with work that is due.
    mutating func attended(
        _ dispatcher: Dispatcher,
        _ ledger: SimulatedLedger,
        at now: Int64,
        wall: Timestamp
    ) throws(InvariantViolation) {
        guard !isDraining else { return }
        // Otherwise it may have to wait for a slot, or for the ledger.
        let hasRoom = inFlight < max(1, limits.inFlight / 2) && recording < limits.unrecorded
        let isQuiet = inFlight == 0 && recording == 0
        let wakeIn = dispatcher.wakeAt.map { $0.milliseconds(since: wall) }
        var ofHost: [String: Int] = [:]
        for index in destinations.indices where destinations[index].inFlight > 0 {
            if let host = hosts[index] { ofHost[host, default: 0] += destinations[index].inFlight }
        }
        for index in destinations.indices {
            let destination = destinations[index]
            let hostHasRoom = hosts[index].flatMap { ofHost[$0] }.map { $0 < slotsOfHost } ?? true
            guard hasRoom, hostHasRoom, let policy = destination.policy, !destination.loadIsUnderWay,
                destination.inFlight == 0,
                destination.recording == 0, destination.health != .paused, destination.health != .gone,
                isAnyDue(ledger.shelves[index], at: wall)
            else {
                destinations[index].neglectedSince = nil
                continue
            }
            var patience = limits.horizon
            if let rate = policy.rate { patience = max(patience, rate.perMilliseconds / Int64(rate.count) + 1) }
            if destination.health == .suspended { patience = max(patience, 300_000) }
            let since = destination.neglectedSince ?? now
            destinations[index].neglectedSince = since
            let deadline = max(since + patience, destination.restsUntil)
            let isRemembered = wakeIn.map { now.addingSaturating($0) <= deadline } ?? false
            guard now <= deadline, isRemembered || !isQuiet else {
                let look = wakeIn.map { "in \($0) ms" } ?? "never"
                throw violation(
                    .nothingForgotten,
                    "destination \(index) (\(destination.health)) has work that is due, and nobody has attended to it "
                        + "for \(now - since) ms: next look \(look)"
                )
            }
        }
    }

    private func isAnyDue(_ shelf: SimulatedLedger.Shelf, at wall: Timestamp) -> Bool {
        guard let earliest = shelf.earliestDueAt, earliest <= wall else { return false }
        guard !unannounced.isEmpty || unrecordable > 0 else { return true }
        return [shelf.firstAttempts, shelf.retries].contains {
            $0.prefix { $0.dueAt <= wall }.contains { !unannounced.contains($0.id) && !isUnrecordable($0.id) }
        }
    }

    private static func name(_ id: DeliveryID) -> String { "delivery \(id.rawValue)" }

    private func check(_ holds: Bool, _ rule: InvariantViolation.Rule, _ message: @autoclosure () -> String)
        throws(InvariantViolation)
    {
        if !holds { throw violation(rule, message()) }
    }

    private func violation(_ rule: InvariantViolation.Rule, _ message: String) -> InvariantViolation {
        InvariantViolation(rule: rule, message: message)
    }
}

extension SimulatedLedger {
    fileprivate func isWaitingForFirstAttempt(_ id: DeliveryID) -> Bool {
        // One that is replayed joins the end.
        self[id].map { $0.status == .pending && $0.progress == .fresh } ?? false
    }
}
