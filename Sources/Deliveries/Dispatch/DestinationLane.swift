import DequeModule
import HeapModule

/// What the dispatcher knows of one destination: its slots, pace, health, and the window of its work that is in memory.
struct DestinationLane: Sendable {
    /// A delivery in a queue. The ticket tells it from an earlier stay of the same delivery, which may still be queued.
    struct Entry: Comparable, Sendable {
        var dueAt: Timestamp
        var id: DeliveryID
        var ticket: UInt32

        static func < (left: Entry, right: Entry) -> Bool {
            left.dueAt != right.dueAt ? left.dueAt < right.dueAt : left.id < right.id
        }
    }

    /// What happens while a page is being read, which the page cannot know.
    struct Load: Sendable {
        /// Deliveries let go since the read began: the page may show them as they were before.
        var released: Set<DeliveryID> = []
        /// The earliest due time heard of since the read began.
        var noted: Timestamp?
        /// Milliseconds by which the clock was set back since the read began, as a negative number.
        var clockChange: Int64 = 0
    }

    /// What is to be done next for a destination.
    enum Step {
        case send(Entry, AttemptTrigger?)
        /// Nothing before this time, unless something happens.
        case wait(until: Timestamp)
        /// Nothing until something happens.
        case idle
    }

    static let firstProbeDelay: Int64 = 5_000
    static let longestProbeDelay: Int64 = 300_000
    /// Requests at once to a destination that has not answered yet.
    static let firstAllowance = 8
    /// One retry goes out for so many first attempts when both are waiting, so that neither starves.
    static let firstAttemptsPerRetry = 7
    /// How long a destination without deliveries is remembered to be gone, in milliseconds: a day.
    static let goneMemory: Int64 = 86_400_000
    /// A destination with requests under way of which nothing has come back for so long, in milliseconds, is not known to answer any more.
    static let silence: Int64 = 2_000
    /// Failures in a row that end a ramp.
    static let failuresThatEndARamp = 3

    let name: String
    /// The host of a URL that came with an event; `nil` for a route's destination.
    let host: String?
    /// `nil`: neither a route nor `callbacks` says how it is called.
    var policy: DestinationPolicy?
    private(set) var health = DestinationHealth.healthy
    private(set) var since: Timestamp?
    private(set) var reason: String?

    private(set) var inFlight = 0
    /// Requests at once that are allowed now; grows by one with each success, up to the configured concurrency.
    private(set) var allowance = DestinationLane.firstAllowance
    /// Whether the latest sign was one of life, and it is not silent since.
    private(set) var isProven = false
    /// Whether it was known to answer until it fell silent. What is under way to it then is not charged to those that never answered.
    private(set) var isSilent = false
    /// Since when requests are under way and there was no sign of life; `nil`: none is.
    private var quietSince: Timestamp?
    private var window = HealthWindow()
    private var pace = Pace()
    private var probeDelay = DestinationLane.firstProbeDelay
    private(set) var nextProbeAt: Timestamp?
    private var probe: DeliveryID?

    private var fresh = Deque<Entry>()
    private var retries = Heap<Entry>()
    private var firstAttemptsInARow = 0
    /// Deliveries of this destination in memory: queued, in flight, or waiting to be recorded.
    var held = 0
    /// Those among them whose results the ledger will never take: every page brings them again.
    var stuck = 0

    /// No delivery that is only in the ledger is due before this; `nil`: none is there.
    private(set) var ledgerDueAt: Timestamp?
    var load: Load?

    /// Whether its place in the ready queue is taken.
    var isReady = false
    /// The time at which a timer will wake it; later timers of it are stale.
    var timerAt: Timestamp?

    init(name: String, policy: DestinationPolicy?) {
        self.name = name
        self.host = RouteTable.callbackHost(of: name)
        self.policy = policy
    }

    /// Whether deliveries may be sent other than as a probe.
    private var isOpen: Bool { policy != nil && (health == .healthy || health == .ramping) }

    /// Whether new deliveries are worth holding in memory.
    var takesWork: Bool { isOpen }

    /// Whether one delivery is wanted to ask with whether it answers again.
    var wantsProbe: Bool { health == .suspended && policy != nil && probe == nil && queuedCount == 0 }

    /// Its requests in flight, if it is not known to answer.
    var unproven: UnprovenRequests {
        if isProven { return UnprovenRequests() }
        return isSilent ? UnprovenRequests(silent: inFlight) : UnprovenRequests(others: inFlight)
    }

    /// When it is not known to answer any more, if nothing comes back until then; `nil`: it is not now, or nothing is under way.
    var silentAt: Timestamp? { isProven ? quietSince?.advanced(byMilliseconds: Self.silence) : nil }

    /// Notes that it has been silent for too long, if so.
    mutating func noteSilence(at now: Timestamp) {
        guard let silentAt, silentAt <= now else { return }
        isProven = false
        isSilent = true
    }

    /// Notes that a request is not under way any more, and whether that was a sign of life.
    private mutating func endRequest(isSignOfLife: Bool?, at now: Timestamp?) {
        inFlight -= 1
        if isSignOfLife == true { quietSince = now }
        if inFlight == 0 { quietSince = nil }
        if inFlight == 0 || isSignOfLife == true { isSilent = false }
    }

    /// Whether it has no deliveries, and nobody stopped it. Only its pace may still matter to the next one, and that it is gone.
    var isIdle: Bool {
        held == 0 && load == nil && ledgerDueAt == nil && health != .paused && !isReady
    }

    /// When nothing of it matters any more to a delivery that comes: `now` or a later time.
    mutating func mattersUntil(_ now: Timestamp) -> Timestamp {
        guard health == .gone, let since else { return paceAllows(at: now) }
        return max(now, since.advanced(byMilliseconds: Self.goneMemory))
    }

    /// When its pace allows the next request: `now` or a later time.
    mutating func paceAllows(at now: Timestamp) -> Timestamp {
        guard let rate = policy?.rate else { return now }
        return max(now, pace.earliest(at: rate, now: now))
    }

    /// Whether deliveries that are only in the ledger should go before one that is due at `time`. While a page of them is
    /// being read they are as good as here.
    func hasOlderWork(than time: Timestamp) -> Bool {
        load == nil && ledgerDueAt.map { $0 <= time } ?? false
    }

    /// Whether the ledger has, or may turn out to have, work that is not here.
    var mayHaveWorkInLedger: Bool { load != nil || ledgerDueAt != nil }

    var queuedCount: Int { fresh.count + retries.count }

    /// Whether it answers at full pace and still has more to do than it will soon get done: what is new would have to be read
    /// again from the ledger.
    func isCrowded(window: Int, at now: Timestamp) -> Bool {
        isOpen && isProven && policy?.rate == nil && (queuedCount > window / 2 || hasOlderWork(than: now))
    }

    /// Whether one more delivery may be held in memory, of `window` at most.
    ///
    /// A quarter of the window is kept for a page that is on its way: new deliveries that come faster than they can be sent would
    /// leave it no room.
    func mayHold(window: Int) -> Bool {
        let room = load == nil ? window : window - window / 4
        return takesWork && queuedCount < room || wantsProbe
    }

    // MARK: Work

    mutating func enqueue(_ entry: Entry, isFirstAttempt: Bool) {
        if isFirstAttempt {
            fresh.append(entry)
        } else {
            retries.insert(entry)
        }
    }

    /// Notes that the ledger has a delivery due at `time` which is not in memory.
    mutating func noteInLedger(dueAt time: Timestamp) {
        if let noted = load?.noted {
            load?.noted = min(noted, time)
        } else if load != nil {
            load?.noted = time
        } else {
            ledgerDueAt = min(ledgerDueAt ?? .distantFuture, time)
        }
    }

    /// Begins a read of the ledger.
    mutating func beginLoad() {
        load = Load()
    }

    /// Ends a read: what is still in the ledger is what the page says, or what was heard of meanwhile.
    mutating func endLoad(nextDueAt: Timestamp?) -> Load? {
        let ended = load
        load = nil
        ledgerDueAt = nil
        let next = nextDueAt?.advanced(byMilliseconds: ended?.clockChange ?? 0)
        for time in [next, ended?.noted] {
            if let time { noteInLedger(dueAt: time) }
        }
        return ended
    }

    /// Ends a read that failed: everything is as before it.
    mutating func abandonLoad(retryAt time: Timestamp) {
        load = nil
        ledgerDueAt = time
    }

    /// Takes everything that is queued out of memory; it stays in the ledger.
    mutating func emptyQueues() -> [Entry] {
        let entries = Array(fresh) + retries.unordered
        fresh.removeAll()
        retries = Heap()
        return entries
    }

    /// Takes the next entry to send, if the state, the slots and the pace allow one at `now`.
    ///
    /// - Parameter isCurrent: whether an entry still stands; stale ones are dropped on the way.
    mutating func next(at now: Timestamp, isCurrent: (Entry) -> Bool) -> Step {
        guard let policy, inFlight < min(allowance, policy.concurrency) else { return .idle }
        let isProbe = health == .suspended
        if isProbe {
            guard probe == nil, let nextProbeAt else { return .idle }
            guard nextProbeAt <= now else { return .wait(until: nextProbeAt) }
        } else if !isOpen {
            return .idle
        }
        while let first = fresh.first, !isCurrent(first) { fresh.removeFirst() }
        while let first = retries.min, !isCurrent(first) { retries.removeMin() }
        let retryIsDue = retries.min.map { $0.dueAt <= now } ?? false
        guard !fresh.isEmpty || retryIsDue else {
            return retries.min.map { .wait(until: $0.dueAt) } ?? .idle
        }
        let earliest = paceAllows(at: now)
        guard earliest <= now else { return .wait(until: earliest) }
        if let rate = policy.rate { pace.spend(at: rate, now: now) }
        let entry: Entry
        if retryIsDue, fresh.isEmpty || firstAttemptsInARow >= Self.firstAttemptsPerRetry {
            entry = retries.removeMin()
            firstAttemptsInARow = 0
        } else {
            entry = fresh.removeFirst()
            firstAttemptsInARow += 1
        }
        inFlight += 1
        quietSince = quietSince ?? now
        if isProbe { probe = entry.id }
        return .send(entry, isProbe ? .probe : nil)
    }

    /// The page to read now, if the window has room and the ledger has work for it.
    mutating func wantedLoad(at now: Timestamp, window: Int, horizon: Int64) -> (dueBy: Timestamp, limit: Int)? {
        guard policy != nil, load == nil, let due = ledgerDueAt else { return nil }
        if health == .suspended {
            guard probe == nil, queuedCount == 0, let nextProbeAt, nextProbeAt <= now, due <= now else { return nil }
            return (now, held + 1)
        }
        guard isOpen, due <= now, queuedCount <= window / 2 else { return nil }
        return (now.advanced(byMilliseconds: horizon), held + window - queuedCount)
    }

    /// When the ledger should be looked at next, if not now.
    var loadTime: Timestamp? {
        guard policy != nil, load == nil, let ledgerDueAt else { return nil }
        if health == .suspended { return probe == nil ? max(ledgerDueAt, nextProbeAt ?? ledgerDueAt) : nil }
        return isOpen ? ledgerDueAt : nil
    }

    /// Takes a slot for a test, whatever the limits say.
    mutating func beginTest() {
        inFlight += 1
    }

    // MARK: Answers

    /// Gives back the slot of an attempt that could not be made.
    mutating func giveBackSlot(of id: DeliveryID) {
        endRequest(isSignOfLife: nil, at: nil)
        if probe == id { probe = nil }
    }

    /// Notes the end of an attempt. - Returns: whether the health changed.
    mutating func ended(_ id: DeliveryID, isSignOfLife: Bool?, isGone: Bool, at now: Timestamp) -> Bool {
        endRequest(isSignOfLife: isSignOfLife, at: now)
        let wasProbe = probe == id
        if wasProbe { probe = nil }
        if isGone, health != .paused {
            become(.gone, at: now, reason: "the receiver answered 410 Gone")
            return true
        }
        guard let isSignOfLife else { return false }
        switch health {
        case .paused, .gone:
            return false
        case .suspended:
            return isSignOfLife ? beginRamp(at: now) : probeFailed(wasProbe, at: now)
        case .healthy, .ramping:
            window.note(success: isSignOfLife)
            isProven = isSignOfLife || (isProven && window.consecutiveFailures < 2)
            return isSignOfLife ? grow(at: now) : fail(at: now)
        }
    }

    private mutating func grow(at now: Timestamp) -> Bool {
        let limit = policy?.concurrency ?? allowance
        allowance = min(allowance + 1, max(limit, 1))
        guard health == .ramping, allowance >= limit else { return false }
        become(.healthy, at: now, reason: nil)
        probeDelay = Self.firstProbeDelay
        return true
    }

    private mutating func fail(at now: Timestamp) -> Bool {
        let endsRamp = health == .ramping && window.consecutiveFailures >= Self.failuresThatEndARamp
        guard let why = window.reasonToSuspend ?? (endsRamp ? "failed again while ramping up" : nil) else {
            return false
        }
        become(.suspended, at: now, reason: why)
        nextProbeAt = now.advanced(byMilliseconds: probeDelay)
        return true
    }

    private mutating func probeFailed(_ wasProbe: Bool, at now: Timestamp) -> Bool {
        // Attempts that were under way when the destination was suspended say nothing new.
        guard wasProbe else { return false }
        probeDelay = min(probeDelay * 2, Self.longestProbeDelay)
        nextProbeAt = now.advanced(byMilliseconds: probeDelay)
        return false
    }

    private mutating func beginRamp(at now: Timestamp) -> Bool {
        become(.ramping, at: now, reason: "answers again")
        return true
    }

    // MARK: State

    /// Stops it until it is resumed.
    mutating func pause(at now: Timestamp, reason: String) {
        become(.paused, at: now, reason: reason)
    }

    /// Opens it again, whatever it was. - Returns: whether the health changed.
    mutating func resume(at now: Timestamp) -> Bool {
        guard health == .paused || health == .gone || health == .suspended else { return false }
        become(.ramping, at: now, reason: "resumed")
        probeDelay = Self.firstProbeDelay
        return true
    }

    /// Takes up the state of an earlier run. A suspended destination is probed at once.
    mutating func restore(_ record: DestinationRecord, at now: Timestamp) {
        become(record.health, at: record.since, reason: record.reason)
        if health == .suspended { nextProbeAt = now }
    }

    private mutating func become(_ newHealth: DestinationHealth, at now: Timestamp, reason: String?) {
        health = newHealth
        since = now
        self.reason = reason
        nextProbeAt = nil
        switch newHealth {
        case .healthy: break
        case .suspended: allowance = 1
        case .ramping: allowance = 2
        case .paused, .gone: allowance = 1
        }
        if newHealth != .healthy {
            window = HealthWindow()
            isProven = false
            isSilent = false
        }
    }

    /// Ends a suspension or a ramp because nothing is left to hold back.
    mutating func calmDown(at now: Timestamp) {
        become(.healthy, at: now, reason: "no deliveries left")
    }

    /// What is remembered of the state; `nil` while nothing has changed since the start.
    var record: DestinationRecord? {
        since.map { DestinationRecord(name: name, health: health, since: $0, reason: reason) }
    }

    /// Moves its own times with the clock when it was set. The times of deliveries are those of the ledger, which stay what they
    /// are; here they move back with the clock, so that it is asked again too early rather than too late.
    mutating func shift(byMilliseconds delta: Int64) {
        pace.shift(byMilliseconds: delta)
        quietSince = quietSince?.advanced(byMilliseconds: delta)
        since = since?.advanced(byMilliseconds: delta)
        nextProbeAt = nextProbeAt?.advanced(byMilliseconds: delta)
        guard delta < 0 else { return }
        ledgerDueAt = ledgerDueAt?.advanced(byMilliseconds: delta)
        load?.clockChange += delta
        if let noted = load?.noted { load?.noted = noted.advanced(byMilliseconds: delta) }
        func shifted(_ entry: Entry) -> Entry {
            Entry(dueAt: entry.dueAt.advanced(byMilliseconds: delta), id: entry.id, ticket: entry.ticket)
        }
        fresh = Deque(fresh.map(shifted))
        retries = Heap(retries.unordered.map(shifted))
    }
}
