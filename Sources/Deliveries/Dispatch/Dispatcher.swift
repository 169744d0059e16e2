import DequeModule
import HeapModule

/// Decides which attempts are made when: a pure value, without I/O, clock or logger (docs/how-it-works.md, part 2).
///
/// What happened goes in through the methods; ``next(at:)`` tells what to do now, and ``wakeAt`` when to ask again if nothing
/// happens. Times are wall-clock times that the caller reads; when the clock is set, ``clockWasSet(byMilliseconds:)``
/// keeps pauses as long as they were meant to be.
package struct Dispatcher: Sendable {
    struct Timer: Comparable, Sendable {
        var at: Timestamp
        var lane: Int

        static func < (left: Timer, right: Timer) -> Bool { left.at < right.at }
    }

    enum Stage: Sendable {
        case queued
        case inFlight(AttemptTrigger)
        /// The result waits for the ledger; the time is that of the next attempt.
        case recording(Timestamp?)
        /// The ledger will never take the result, or give what is to be sent, and has the delivery as it was before: due. It is held so that no
        /// page brings it in again.
        case unrecordable
    }

    struct Held: Sendable {
        var lane: Int
        var ticket: UInt32
        var progress: DeliveryProgress
        var stage: Stage
        /// When it is due again by what was heard while it was in flight or being recorded.
        var replayDueAt: Timestamp?
        /// Whether it was cancelled while it was in flight.
        var isCancelled = false
    }

    let limits: DispatchLimits
    private var random: SeededGenerator
    var lanes: [DestinationLane?] = []
    var freeLanes: [Int] = []
    var laneOfName: [String: Int] = [:]
    var held: [DeliveryID: Held] = [:]
    var nextTicket: UInt32 = 0
    var ready = Deque<Int>()
    var timers = Heap<Timer>()
    var changes: [DestinationRecord] = []
    private var isDraining = false
    var unproven: UnprovenSlots
    /// Nothing is sent before this, because this process lacked something that sending takes.
    private var heldUntil: Timestamp?
    /// Destinations that are gone: they hold nothing, and take nothing from the others.
    var gone = 0

    /// Requests in flight over all destinations.
    package private(set) var inFlight = 0
    /// Results that wait for the ledger.
    package private(set) var unrecorded = 0

    /// Makes a dispatcher that knows of nothing.
    ///
    /// - Parameter seed: of the jitter; the same seed and inputs give the same actions.
    package init(limits: DispatchLimits = DispatchLimits(), seed: UInt64) {
        self.limits = limits
        self.random = SeededGenerator(seed: seed)
        self.unproven = UnprovenSlots(of: limits.inFlight)
    }

    /// Deliveries in memory.
    package var heldCount: Int { held.count }

    /// Whether nothing is in flight and everything is recorded that can be.
    package var isQuiet: Bool { inFlight == 0 && unrecorded == 0 }

    /// When ``next(at:)`` has something to do even if nothing happens; `nil`: not before something happens.
    package var wakeAt: Timestamp? { [timers.min?.at, heldUntil].compactMap(\.self).min() }

    /// Timers that are set, those that were superseded included.
    package var timerCount: Int { timers.count }

    /// Destinations that are known.
    package var destinationCount: Int { laneOfName.count }

    // MARK: Destinations

    /// Tells how a destination is called; `nil`: nobody says so any more, its deliveries wait in the ledger.
    package mutating func configure(_ destination: String, _ policy: DestinationPolicy?) {
        let lane = lane(of: destination)
        lanes[lane]?.policy = policy
        if policy == nil { releaseQueued(lane) }
        markReady(lane)
    }

    /// Takes up what is remembered of a destination.
    package mutating func restore(_ record: DestinationRecord, at now: Timestamp) {
        let lane = lane(of: record.name)
        change(lane) { $0.restore(record, at: now) }
        markReady(lane)
    }

    /// Notes that the ledger has work for a destination, as it is found at start.
    package mutating func foundInLedger(_ destination: String, earliestDueAt: Timestamp) {
        let lane = lane(of: destination)
        lanes[lane]?.noteInLedger(dueAt: earliestDueAt)
        markReady(lane)
    }

    /// Stops a destination until ``resume(_:at:)``; what is in flight ends as it ends.
    package mutating func pause(_ destination: String, at now: Timestamp, reason: String) {
        let lane = lane(of: destination)
        change(lane) { $0.pause(at: now, reason: reason) }
        releaseQueued(lane)
        noteChange(lane)
    }

    /// Lets a paused, gone or suspended destination have its deliveries again, on a ramp.
    package mutating func resume(_ destination: String, at now: Timestamp) {
        guard let lane = laneOfName[destination] else { return }
        if change(lane, { $0.resume(at: now) }) == true { noteChange(lane) }
        markReady(lane)
    }

    /// How every known destination stands.
    ///
    /// - Parameter withCallbacks: also those of URLs that came with events, of which there may be very many.
    package func snapshots(withCallbacks: Bool = true) -> [DestinationSnapshot] {
        lanes.lazy.compactMap { $0.flatMap { withCallbacks || $0.host == nil ? $0 : nil } }.map {
            DestinationSnapshot(
                name: $0.name,
                health: $0.health,
                since: $0.since,
                reason: $0.reason,
                isConfigured: $0.policy != nil,
                inFlight: $0.inFlight,
                allowance: min($0.allowance, $0.policy?.concurrency ?? 0),
                held: $0.held,
                nextProbeAt: $0.nextProbeAt
            )
        }
    }

    /// Whether a destination is known.
    package func knows(_ destination: String) -> Bool { laneOfName[destination] != nil }

    /// Whether a delivery is in memory and waits for its turn.
    package func isQueued(_ id: DeliveryID) -> Bool {
        if case .queued = held[id]?.stage { true } else { false }
    }

    /// Whether an attempt at a delivery is under way, or its result on the way into the ledger.
    package func isUnderWay(_ id: DeliveryID) -> Bool {
        switch held[id]?.stage {
        case .inFlight, .recording: true
        case .queued, .unrecordable, nil: false
        }
    }

    /// Whether every one of these destinations could take more in memory. Those that do not answer, are slowed down or are
    /// stopped are passed over: they may take any time, and nobody should wait for them.
    package func hasRoom(at destinations: some Sequence<String>, now: Timestamp) -> Bool {
        let window = window
        return destinations.allSatisfy { name in
            laneOfName[name].flatMap { lanes[$0] }?.isCrowded(window: window, at: now) != true
        }
    }

    // MARK: Deliveries

    /// Takes a new delivery that is not in the ledger yet, if it may go ahead of being written: when the window has room and no
    /// older one waits in the ledger.
    ///
    /// - Returns: whether it is held. Either way ``written(_:to:dueAt:)`` follows, unless a result is recorded with it.
    package mutating func offer(_ delivery: DueDelivery, to destination: String) -> Bool {
        guard held[delivery.id] == nil else { return false }
        let index = lane(of: destination)
        let isHeld = lanes[index]?.hasOlderWork(than: delivery.dueAt) == false && hold(delivery, lane: index)
        markReady(index)
        return isHeld
    }

    /// Notes that a delivery is in the ledger now, pending. One that is not held any more, or never was, is found there when its
    /// turn comes; nothing that was known of the ledger before could tell of it.
    package mutating func written(_ id: DeliveryID, to destination: String, dueAt: Timestamp) {
        guard held[id] == nil else { return }
        let index = lane(of: destination)
        lanes[index]?.noteInLedger(dueAt: dueAt)
        markReady(index)
    }

    /// Notes that a delivery was replayed. It is read from the ledger: a result of its past may have changed it since.
    package mutating func replayed(_ id: DeliveryID, to destination: String, dueAt: Timestamp) {
        let index = lane(of: destination)
        switch held[id]?.stage {
        case .queued, .unrecordable: release(id, dueInLedger: dueAt)
        case .inFlight, .recording:
            held[id]?.replayDueAt = dueAt
            held[id]?.isCancelled = false
        case nil: lanes[index]?.noteInLedger(dueAt: dueAt)
        }
        markReady(index)
    }

    /// Takes a page that was read for a ``LoadOrder``.
    package mutating func loaded(_ destination: String, _ deliveries: [DueDelivery], nextDueAt: Timestamp?) {
        guard let index = laneOfName[destination], let load = lanes[index]?.endLoad(nextDueAt: nextDueAt) else {
            return
        }
        // First attempts and retries in turn, so that either gets some of the room when it is short.
        let firstRetry = deliveries.firstIndex { $0.progress.attempts > 0 } ?? deliveries.endIndex
        var (first, retry) = (deliveries.startIndex, firstRetry)
        while first < firstRetry || retry < deliveries.endIndex {
            if first < firstRetry {
                take(deliveries[first], from: load, lane: index)
                first += 1
            }
            if retry < deliveries.endIndex {
                take(deliveries[retry], from: load, lane: index)
                retry += 1
            }
        }
        markReady(index)
    }

    /// Takes a delivery from a page, unless more is known of it than the page can tell.
    private mutating func take(_ delivery: DueDelivery, from load: DestinationLane.Load, lane index: Int) {
        var delivery = delivery
        delivery.dueAt = delivery.dueAt.advanced(byMilliseconds: load.clockChange)
        guard !load.released.contains(delivery.id) else {
            // What was let go meanwhile may have been from before the replay: the next page says whether it is still to be made.
            if delivery.progress.trigger == .replay { lanes[index]?.noteInLedger(dueAt: delivery.dueAt) }
            return
        }
        if let known = held[delivery.id] { return learn(of: delivery, known) }
        if !hold(delivery, lane: index) { lanes[index]?.noteInLedger(dueAt: delivery.dueAt) }
    }

    /// Learns from a page that a delivery which is here was replayed: one that was read before the replay had brought it in.
    private mutating func learn(of delivery: DueDelivery, _ known: Held) {
        guard delivery.progress.trigger == .replay, known.progress.trigger != .replay else { return }
        switch known.stage {
        case .queued: held[delivery.id]?.progress = delivery.progress
        case .inFlight, .recording: held[delivery.id]?.replayDueAt = known.replayDueAt ?? delivery.dueAt
        case .unrecordable: break
        }
    }

    /// Notes that a page could not be read; it is asked for again at `retryAt`.
    package mutating func loadFailed(_ destination: String, retryAt: Timestamp) {
        guard let index = laneOfName[destination] else { return }
        lanes[index]?.abandonLoad(retryAt: retryAt)
        markReady(index)
    }

    /// Forgets a delivery that was cancelled. One in flight ends as it ends; the ledger knows that it was cancelled.
    ///
    /// The ledger is asked once more: a replay that came after it may have been heard of before it.
    package mutating func cancelled(_ id: DeliveryID, at now: Timestamp) {
        guard let known = held[id] else { return }
        switch known.stage {
        case .queued, .unrecordable: release(id, dueInLedger: now)
        case .inFlight: held[id]?.isCancelled = true
        case .recording: return
        }
        markReady(known.lane)
    }

    /// Takes back orders that could not be carried out because the ledger no longer has the deliveries pending.
    package mutating func vanished(_ ids: [DeliveryID]) {
        for id in ids { takeBack(id, dueInLedger: nil) }
    }

    /// Takes back orders that could not be carried out for now: tried again at `retryAt`.
    package mutating func postponed(_ ids: [DeliveryID], retryAt: Timestamp) {
        for id in ids { takeBack(id, dueInLedger: retryAt) }
    }

    /// Begins the one attempt of a test, whatever the state and the limits of its destination: it is not retried.
    package mutating func beginTest(_ id: DeliveryID, to destination: String, requestedBy: String) -> SendOrder {
        let index = lane(of: destination)
        nextTicket &+= 1
        let progress = DeliveryProgress(trigger: .test, requestedBy: requestedBy)
        held[id] = Held(lane: index, ticket: nextTicket, progress: progress, stage: .inFlight(.test))
        inFlight += 1
        change(index) {
            $0.held += 1
            $0.beginTest()
        }
        return SendOrder(id: id, destination: destination, number: 1, trigger: .test, requestedBy: requestedBy)
    }

    /// Takes finished attempts, frees their slots, and decides what becomes of their deliveries.
    ///
    /// - Returns: what must be recorded; ``recorded(_:)`` is called once it is, or ``unrecordable(_:)``. Until then the deliveries stay held, so
    ///   that a page read meanwhile cannot bring them back as they were.
    package mutating func finished(_ attempts: [FinishedAttempt], at now: Timestamp) -> [AttemptResult] {
        var results: [AttemptResult] = []
        results.reserveCapacity(attempts.count)
        for attempt in attempts {
            guard let known = held[attempt.id], case .inFlight(let trigger) = known.stage else { continue }
            results.append(finish(attempt, known, trigger, at: now))
        }
        return results
    }

    /// Notes that results are in the ledger.
    package mutating func recorded(_ ids: [DeliveryID]) {
        for id in ids {
            guard let known = held[id], case .recording(let due) = known.stage else { continue }
            unrecorded -= 1
            release(id, dueInLedger: due)
            markReady(known.lane)
        }
    }

    /// Notes that the ledger will never take the results of these: nothing waits for them any more.
    ///
    /// In the ledger they are due as before, so that they would be sent again at once, and again. That is left to the next start, or to
    /// whoever replays them.
    package mutating func unrecordable(_ ids: [DeliveryID]) {
        for id in ids {
            guard let known = held[id], case .recording = known.stage else { continue }
            unrecorded -= 1
            keepBack(id, known)
            markReady(known.lane)
        }
    }

    /// Notes that what is to be sent of these cannot be read: they are kept, like those whose results cannot be recorded, so that no page
    /// brings them again. That is left to the next start, or to whoever replays them.
    package mutating func unreadable(_ ids: [DeliveryID]) {
        for id in ids {
            guard let known = held[id], case .inFlight = known.stage else { continue }
            endFlight(known.lane) {
                $0.giveBackSlot(of: id)
                return false
            }
            keepBack(id, known)
        }
    }

    /// Keeps a delivery from being brought in again, unless somebody has asked for it since.
    private mutating func keepBack(_ id: DeliveryID, _ known: Held) {
        guard known.replayDueAt == nil else { return release(id, dueInLedger: nil) }
        held[id]?.stage = .unrecordable
        lanes[known.lane]?.stuck += 1
    }

    // MARK: Time

    /// How long an attempt waits that could not be made for want of something of our own, in milliseconds.
    private static let ownTroublePause: Int64 = 5_000

    /// Ends sending for good; what is in flight is waited for.
    package mutating func drain() {
        isDraining = true
    }

    /// A clock that is set back by less leaves due times in the ledger as they are: what waits longer for it waits this long at
    /// most, which is not worth a change of every pending row.
    package static let smallestStepBack: Int64 = 5_000

    /// Keeps pauses and paces as long as they were meant to be after the wall clock was set.
    ///
    /// - Returns: whether the due times in the ledger should be moved too; ``dueTimesMoved(at:)`` is called once they are.
    package mutating func clockWasSet(byMilliseconds delta: Int64) -> Bool {
        timers = Heap()
        heldUntil = heldUntil?.advanced(byMilliseconds: delta)
        if delta < 0 {
            for (id, known) in held {
                held[id]?.replayDueAt = known.replayDueAt?.advanced(byMilliseconds: delta)
                // The ledger's is moved too, before or after this is heard to be recorded: rather look too early.
                if case .recording(let due?) = known.stage {
                    held[id]?.stage = .recording(due.advanced(byMilliseconds: delta))
                }
            }
        }
        for index in lanes.indices where lanes[index] != nil {
            lanes[index]?.shift(byMilliseconds: delta)
            lanes[index]?.timerAt = nil
            change(index) { _ in }
            markReady(index)
        }
        return delta <= -Self.smallestStepBack
    }

    /// Notes that the due times in the ledger were moved after the clock was set back: what was heard of them is no longer true.
    package mutating func dueTimesMoved(at now: Timestamp) {
        for index in lanes.indices where lanes[index]?.mayHaveWorkInLedger == true {
            lanes[index]?.noteInLedger(dueAt: now)
            markReady(index)
        }
    }

    /// What to do now.
    package mutating func next(at now: Timestamp) -> DispatchActions {
        while let timer = timers.min, timer.at <= now {
            timers.removeMin()
            guard lanes[timer.lane]?.timerAt == timer.at else { continue }
            lanes[timer.lane]?.timerAt = nil
            noteSilence(timer.lane, at: now)
            markReady(timer.lane)
        }
        var actions = DispatchActions()
        if let time = heldUntil, time <= now { heldUntil = nil }
        if !isDraining, heldUntil == nil { turn(at: now, into: &actions) }
        actions.changes = changes
        changes = []
        return actions
    }

    /// Whether one more request may go out. Those to destinations that do not answer take no slots from those that do: however many have
    /// fallen silent at once, the others go on.
    private var mayOrder: Bool {
        inFlight - unproven.total < limits.inFlight && inFlight < 2 * limits.inFlight
            && unrecorded < limits.unrecorded
    }

    /// Looks whether a destination has fallen silent, at the time for it, also while nothing may be ordered.
    private mutating func noteSilence(_ index: Int, at now: Timestamp) {
        change(index) { $0.noteSilence(at: now) }
    }

    /// Goes round the destinations that may have something to do, one attempt each a turn, so that none waits for another.
    private mutating func turn(at now: Timestamp, into actions: inout DispatchActions) {
        while mayOrder, let index = ready.popFirst() {
            // Taken out while it is worked on, so that its queues are changed in place and not copied.
            guard var lane = lanes[index].take() else { continue }
            lane.isReady = false
            let unprovenBefore = lane.unproven
            if lane.isProven || unproven.admit(index, lane.host, isSilent: lane.isSilent) {
                turn(&lane, index, at: now, into: &actions)
            } else {
                // Its place is there.
                lane.isReady = true
            }
            noteUnproven(lane, since: unprovenBefore)
            if lane.isIdle, lane.name.hasPrefix(RouteTable.callbackPrefix), forget(&lane, index, at: now) { continue }
            lanes[index] = lane
        }
    }

    /// Forgets the destination of a URL that came with an event, of which there is no end, once nothing of it matters any more.
    ///
    /// - Returns: whether it is forgotten now.
    private mutating func forget(_ lane: inout DestinationLane, _ index: Int, at now: Timestamp) -> Bool {
        let free = lane.mattersUntil(now)
        guard free <= now else {
            arm(&lane, index, at: free)
            return false
        }
        if lane.health != .healthy {
            if lane.health == .gone { gone -= 1 }
            lane.calmDown(at: now)
            if let record = lane.record { changes.append(record) }
        }
        laneOfName[lane.name] = nil
        unproven.leave(lane.host)
        freeLanes.append(index)
        return true
    }

    /// One turn of one destination: at most one attempt, and a read when its window runs low.
    private mutating func turn(
        _ lane: inout DestinationLane,
        _ index: Int,
        at now: Timestamp,
        into actions: inout DispatchActions
    ) {
        switch lane.next(at: now, isCurrent: { held[$0.id]?.ticket == $0.ticket }) {
        case .send(let entry, let trigger):
            if let order = order(entry, of: lane, trigger) { actions.sends.append(order) }
            if let time = lane.silentAt { arm(&lane, index, at: time) }
            lane.isReady = true
            ready.append(index)
        case .wait(let time):
            arm(&lane, index, at: time)
        case .idle:
            break
        }
        if let wanted = lane.wantedLoad(at: now, window: window, horizon: limits.horizon) {
            lane.beginLoad()
            actions.loads.append(
                LoadOrder(destination: lane.name, dueBy: wanted.dueBy, limit: wanted.limit, stuck: lane.stuck)
            )
        } else if let time = lane.loadTime, time > now {
            arm(&lane, index, at: time)
        }
    }

    private mutating func order(
        _ entry: DestinationLane.Entry,
        of lane: DestinationLane,
        _ trigger: AttemptTrigger?
    ) -> SendOrder? {
        guard var known = held[entry.id] else { return nil }
        let trigger = trigger ?? known.progress.trigger
        known.stage = .inFlight(trigger)
        held[entry.id] = known
        inFlight += 1
        return SendOrder(
            id: entry.id,
            destination: lane.name,
            number: known.progress.attempts + 1,
            trigger: trigger,
            requestedBy: known.progress.requestedBy,
            receiverAnswers: lane.isProven
        )
    }

    private mutating func finish(
        _ attempt: FinishedAttempt,
        _ known: Held,
        _ trigger: AttemptTrigger,
        at now: Timestamp
    ) -> AttemptResult {
        let policy = lanes[known.lane]?.policy ?? DestinationPolicy()
        let judgement = Judgement(attempt.answer, profile: policy.profile, now: now)
        var next = NextStep.plan(
            after: judgement,
            progress: known.progress,
            schedule: policy.retries,
            now: now,
            jitter: random.fraction()
        )
        if attempt.answer.wasCutOff || attempt.answer.isOwnTrouble {
            // The attempt is made again, after the next start or in a moment, and costs the delivery none of its tries.
            var progress = known.progress
            progress.attempts += 1
            let due = now.advanced(byMilliseconds: attempt.answer.isOwnTrouble ? Self.ownTroublePause : 0)
            // What this one lacked, the next would lack too.
            if attempt.answer.isOwnTrouble { heldUntil = due }
            next = .retry(at: due, progress: progress)
        }
        var dueAgainAt: Timestamp?
        if case .retry(let due, _) = next {
            if trigger == .test { next = .end(.dead) } else { dueAgainAt = due }
        }
        var recording = known
        recording.stage = .recording(dueAgainAt)
        held[attempt.id] = recording
        unrecorded += 1
        endFlight(known.lane) {
            $0.ended(attempt.id, isSignOfLife: judgement.isSignOfLife, isGone: judgement.outcome == .gone, at: now)
        }
        var result = AttemptResult(
            attempt: Attempt(
                delivery: attempt.id,
                number: known.progress.attempts + 1,
                trigger: trigger,
                requestedBy: known.progress.requestedBy,
                startedAt: attempt.startedAt,
                url: attempt.url,
                outcome: judgement.outcome,
                answer: attempt.answer
            ),
            next: next
        )
        result.wasCancelled = known.isCancelled
        result.replayDueAt = known.replayDueAt
        return result
    }

    /// Frees a slot of a lane; `change` notes why and says whether the destination's state changed.
    private mutating func endFlight(_ index: Int, _ change: (inout DestinationLane) -> Bool) {
        inFlight -= 1
        if self.change(index, change) == true { noteChange(index) }
        if lanes[index]?.takesWork == false { releaseQueued(index) }
        markReady(index)
    }

    private mutating func takeBack(_ id: DeliveryID, dueInLedger: Timestamp?) {
        guard let known = held[id], case .inFlight = known.stage else { return }
        endFlight(known.lane) {
            $0.giveBackSlot(of: id)
            return false
        }
        release(id, dueInLedger: dueInLedger)
    }
}
