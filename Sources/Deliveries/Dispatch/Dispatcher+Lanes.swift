import HeapModule

/// Where lanes and held deliveries are changed: all counts that go over several of them are kept here.
extension Dispatcher {
    /// Changes a lane in place, and keeps count of the requests in flight to destinations that are not known to answer.
    @discardableResult
    mutating func change<Result>(_ index: Int, _ body: (inout DestinationLane) -> Result) -> Result? {
        guard var lane = lanes[index].take() else { return nil }
        let unprovenBefore = lane.unproven
        let wasGone = lane.health == .gone
        let wasProven = lane.isProven
        let result = body(&lane)
        noteUnproven(lane, since: unprovenBefore)
        // One that answers waits for no slot of those that do not.
        if lane.isProven, !wasProven, lane.isReady, unproven.withdraw(index, lane.host) { ready.append(index) }
        gone += (lane.health == .gone ? 1 : 0) - (wasGone ? 1 : 0)
        if let time = lane.silentAt { arm(&lane, index, at: time) }
        lanes[index] = lane
        return result
    }

    /// Counts the requests of a destination that is not known to answer, and lets those try that waited for a slot.
    mutating func noteUnproven(_ lane: DestinationLane, since before: UnprovenRequests) {
        unproven.changed(from: before, to: lane.unproven, lane.host)
        ready.append(contentsOf: unproven.takeWaiting(lane.host))
    }

    /// How many deliveries a destination may hold now: fewer when many destinations have work.
    var window: Int {
        guard held.count < limits.held else { return limits.smallestWindow }
        let share = limits.held / max(1, laneOfName.count - gone)
        return max(limits.smallestWindow, min(limits.window, share))
    }

    mutating func lane(of destination: String) -> Int {
        if let index = laneOfName[destination] { return index }
        let lane = DestinationLane(name: destination, policy: nil)
        let index: Int
        if let free = freeLanes.popLast() {
            index = free
            lanes[index] = lane
        } else {
            index = lanes.count
            lanes.append(lane)
        }
        laneOfName[destination] = index
        unproven.join(lane.host)
        return index
    }

    /// Holds a delivery when there is room and the destination takes work. - Returns: whether it does.
    mutating func hold(_ delivery: DueDelivery, lane index: Int) -> Bool {
        // Asked in place: a copy of the lane that is still there would have its queue copied whole below.
        guard lanes[index]?.mayHold(window: window) == true else { return false }
        nextTicket &+= 1
        held[delivery.id] = Held(lane: index, ticket: nextTicket, progress: delivery.progress, stage: .queued)
        lanes[index]?.held += 1
        let entry = DestinationLane.Entry(dueAt: delivery.dueAt, id: delivery.id, ticket: nextTicket)
        lanes[index]?.enqueue(entry, isFirstAttempt: delivery.progress.attempts == 0)
        return true
    }

    /// Lets go of a delivery.
    mutating func release(_ id: DeliveryID, dueInLedger: Timestamp?) {
        guard let known = held.removeValue(forKey: id) else { return }
        lanes[known.lane]?.held -= 1
        if case .unrecordable = known.stage { lanes[known.lane]?.stuck -= 1 }
        lanes[known.lane]?.load?.released.insert(id)
        for due in [dueInLedger, known.replayDueAt] {
            if let due { lanes[known.lane]?.noteInLedger(dueAt: due) }
        }
    }

    /// Lets go of everything that is queued for a destination that takes no work now.
    mutating func releaseQueued(_ index: Int) {
        for entry in lanes[index]?.emptyQueues() ?? [] where held[entry.id]?.ticket == entry.ticket {
            release(entry.id, dueInLedger: entry.dueAt)
        }
    }

    mutating func markReady(_ index: Int) {
        guard lanes[index]?.isReady == false else { return }
        lanes[index]?.isReady = true
        ready.append(index)
    }

    mutating func arm(_ lane: inout DestinationLane, _ index: Int, at time: Timestamp) {
        if let armed = lane.timerAt, armed <= time { return }
        lane.timerAt = time
        if timers.count > 2 * lanes.count + 64 { dropSupersededTimers() }
        timers.insert(Timer(at: time, lane: index))
    }

    /// A timer that an earlier one superseded would stay until its time, which may be a day away.
    mutating func dropSupersededTimers() {
        timers = Heap(
            lanes.indices.compactMap { index in lanes[index]?.timerAt.map { Timer(at: $0, lane: index) } }
        )
    }

    mutating func noteChange(_ index: Int) {
        if let record = lanes[index]?.record { changes.append(record) }
    }
}
