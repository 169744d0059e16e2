import Deliveries

/// What the services round the dispatcher do: the dispatch loop, the recorder, the sender.
extension SimulatedWorld {
    mutating func take(_ input: RelayInput) throws(InvariantViolation) {
        relay.turnIsDue = true
        switch input {
        case .ready(let records, let backlog): takeUp(records, backlog)
        case .offered(let delivery, let destination):
            takeOffer(of: delivery, destination)
        case .written(var delivery, let destination):
            configureIfNew(destination)
            delivery.dueAt = min(delivery.dueAt, wall)
            invariants.announced(delivery.id, to: destination)
            relay.dispatcher.written(delivery.id, to: name(destination), dueAt: delivery.dueAt)
        case .overdue:
            commit()
        case .replayed(let delivery, let destination):
            configureIfNew(destination)
            let dueAt = min(delivery.dueAt, wall)
            relay.dispatcher.replayed(delivery.id, to: name(destination), dueAt: dueAt)
            invariants.replayed(delivery.id)
        case .cancelled(let id):
            relay.dispatcher.cancelled(id, at: wall)
            invariants.cancelled(id)
        case .pause(let destination):
            configureIfNew(destination)
            relay.dispatcher.pause(name(destination), at: wall, reason: "paused by ops")
            invariants.paused(destination)
        case .resume(let destination):
            relay.dispatcher.resume(name(destination), at: wall)
        case .reload(let destination):
            guard isRoute(destination) || relay.dispatcher.knows(name(destination)) else { break }
            configure(destination)
        case .test(let id, let destination): try beginTest(id, destination)
        case .testAdmitted(let order, let wasAdmitted): try continueTest(order, wasAdmitted)
        case .page(let destination, let page): try takePage(destination, page)
        case .payloads(let orders, let pending): try start(orders, pending)
        case .answer(let order, let startedAt, let answer): try settle(order, startedAt, answer)
        case .commitEnds(let outcome): endCommit(outcome)
        case .commitAgain:
            relay.isCommitting = false
            commit()
        case .recorded(let ids):
            for id in ids {
                invariants.announced(id, to: destinationOf[Int(id.rawValue)])
                invariants.recorded(id, of: destinationOf[Int(id.rawValue)])
            }
            relay.dispatcher.recorded(ids)
        case .unrecordable(let ids):
            for id in ids { invariants.unrecordable(id, of: destinationOf[Int(id.rawValue)]) }
            relay.hasUnrecordable = true
            relay.dispatcher.unrecordable(ids)
        case .dueTimesMoved(let times):
            relay.movesUnderWay -= times
            relay.dispatcher.dueTimesMoved(at: wall)
        case .wake(let time):
            if relay.armedAt == time { relay.armedAt = nil }
        case .turn:
            break
        }
    }

    /// Asks the dispatcher what to do, and does it.
    mutating func turn() throws(InvariantViolation) {
        guard relay.isReady else { return }
        let life = relay.life
        relay.turnIsDue = false
        let actions = relay.dispatcher.next(at: wall)
        for change in actions.changes {
            guard let destination = indexOf[change.name] else { continue }
            story.note(now, .destination(destination), Self.stateNote(change.health))
            invariants.changed(destination, change, at: now)
            relay.unsavedRecords.append((destination, change))
        }
        var missing: [SendOrder] = []
        for order in actions.sends {
            let destination = destinationOf[Int(order.id.rawValue)]
            story.note(
                now,
                .delivery(order.id),
                order.trigger == .probe ? "is to be sent as a probe, attempt" : "is to be sent, attempt",
                order.number
            )
            let receivedAt = relay.unwritten[order.id]?.receivedAt
            try invariants.ordered(order, of: destination, receivedAt: receivedAt, ledger, at: now, wall: wall)
            if relay.cache.remove(order.id) != nil {
                try launch(order)
            } else {
                missing.append(order)
            }
        }
        if let first = missing.first {
            var pending: Set<DeliveryID> = []
            for order in missing where ledger.isPending(order.id) { pending.insert(order.id) }
            let fails = ledgerFails(first.id.rawValue)
            tell(.payloads(missing, fails ? nil : pending), after: latency(first.id.rawValue), life: life)
        }
        for load in actions.loads {
            guard let destination = indexOf[load.destination] else { continue }
            try invariants.ordered(load, of: destination)
            readPage(load, destination)
        }
        commit()
        armTimer(life)
        if relay.isDraining, relay.isQuiet { stop() }
    }

    // MARK: The dispatch loop

    private mutating func takeUp(
        _ records: [(destination: Int, record: DestinationRecord)],
        _ backlog: [(destination: Int, earliestDueAt: Timestamp)]
    ) {
        relay.isReady = true
        for destination in plan.destinations.indices where isRoute(destination) { configure(destination) }
        for (destination, record) in records {
            configureIfNew(destination)
            relay.dispatcher.restore(record, at: wall)
            invariants.restored(destination, record.health)
        }
        for (destination, earliestDueAt) in backlog {
            configureIfNew(destination)
            relay.dispatcher.foundInLedger(name(destination), earliestDueAt: earliestDueAt)
        }
    }

    private mutating func takeOffer(of delivery: DueDelivery, _ destination: Int) {
        var delivery = delivery
        delivery.dueAt = min(delivery.dueAt, wall)
        configureIfNew(destination)
        relay.unwritten[delivery.id]?.receivedAt = delivery.dueAt
        var writeBy = now
        if relay.dispatcher.offer(delivery, to: name(destination)) {
            relay.cache.insert(delivery.id)
            writeBy += 100
        } else {
            story.note(now, .delivery(delivery.id), "is not sent for now")
        }
        relay.unwritten[delivery.id]?.writeBy = writeBy
        queue.schedule(.relay(life: relay.life, .overdue), at: writeBy)
    }

    private mutating func readPage(_ load: LoadOrder, _ destination: Int) {
        story.note(now, .destination(destination), "is to have a page of", load.limit)
        let subject = Int64(plan.destinations[destination].number)
        let page = ledger.due(at: destination, by: load.dueBy, limit: load.limit, stuck: load.stuck)
        tell(
            .page(destination, ledgerFails(subject) ? nil : page),
            after: latency(subject),
            life: relay.life
        )
    }

    private mutating func takePage(
        _ destination: Int,
        _ page: SimulatedLedger.Page?
    ) throws(InvariantViolation) {
        guard let page else {
            story.note(now, .destination(destination), "has a page that could not be read")
            relay.dispatcher.loadFailed(name(destination), retryAt: wall.advanced(byMilliseconds: 1_000))
            invariants.rests(destination, until: now + 1_000)
            try invariants.loaded(destination, broughtNothing: false)
            return
        }
        story.note(now, .destination(destination), "has its page, with deliveries:", page.deliveries.count)
        let heldBefore = relay.dispatcher.heldCount
        relay.dispatcher.loaded(name(destination), page.deliveries, nextDueAt: page.nextDueAt)
        try invariants.loaded(destination, broughtNothing: relay.dispatcher.heldCount == heldBefore)
    }

    /// Sends the attempts whose payloads were read, and takes back the others.
    private mutating func start(_ orders: [SendOrder], _ pending: Set<DeliveryID>?) throws(InvariantViolation) {
        guard let pending else {
            for order in orders { postpone(order) }
            return
        }
        for order in orders {
            if pending.contains(order.id) {
                try launch(order)
            } else {
                vanish(order)
            }
        }
    }

    private mutating func launch(_ order: SendOrder) throws(InvariantViolation) {
        let destination = destinationOf[Int(order.id.rawValue)]
        guard let policy = policies[destination] else {
            postpone(order)
            return
        }
        try checkMaySend(order.id)
        var luck = dice.cast(.answer, order.id.rawValue, Int64(order.number) << 40 ^ now)
        let (after, answer) = plan.destinations[destination].receiver.answer(at: now, timeout: policy.timeout, &luck)
        tell(.answer(order, startedAt: wall, answer), after: after, life: relay.life)
    }

    private mutating func settle(
        _ order: SendOrder,
        _ startedAt: Timestamp,
        _ answer: Answer
    ) throws(InvariantViolation) {
        story.note(now, .delivery(order.id), answer.failure == nil ? "is answered" : "broke off", answer.statusCode)
        let attempt = FinishedAttempt(
            id: order.id,
            startedAt: startedAt,
            url: "https://receiver.example/",
            answer: answer
        )
        for result in relay.dispatcher.finished([attempt], at: wall) {
            try invariants.finished(result, of: destinationOf[Int(order.id.rawValue)], at: now)
            relay.unsaved.append(.result(result))
        }
        commit()
    }

    private mutating func postpone(_ order: SendOrder) {
        story.note(now, .delivery(order.id), "is postponed")
        let destination = destinationOf[Int(order.id.rawValue)]
        relay.dispatcher.postponed([order.id], retryAt: wall.advanced(byMilliseconds: 1_000))
        relay.turnIsDue = true
        invariants.takenBack(order.id, of: destination)
        invariants.rests(destination, until: now + 1_000)
    }

    private mutating func vanish(_ order: SendOrder) {
        story.note(now, .delivery(order.id), "has vanished")
        relay.dispatcher.vanished([order.id])
        relay.turnIsDue = true
        invariants.takenBack(order.id, of: destinationOf[Int(order.id.rawValue)])
    }

    /// A delivery that has ended is never sent, but for one that is called off in the very moment in which it is sent.
    private func checkMaySend(_ id: DeliveryID) throws(InvariantViolation) {
        guard let row = ledger[id], row.status != .pending else { return }
        if let cancelledAt = row.cancelledAt, row.status == .cancelled, now - cancelledAt <= 30 { return }
        throw InvariantViolation(
            rule: .nothingDoubled,
            message: "delivery \(id.rawValue) is sent though it is \(row.status)"
        )
    }

    private mutating func armTimer(_ life: Int) {
        guard let wakeAt = relay.dispatcher.wakeAt else { return }
        let time = max(now + 1, now.addingSaturating(wakeAt.milliseconds(since: wall)))
        if let armed = relay.armedAt, armed <= time { return }
        relay.armedAt = time
        queue.schedule(.relay(life: life, .wake(at: time)), at: time)
    }

    // MARK: Tests by operators

    private mutating func beginTest(_ id: DeliveryID, _ destination: Int) throws(InvariantViolation) {
        guard !relay.isDraining else { return }
        configureIfNew(destination)
        let order = relay.dispatcher.beginTest(id, to: name(destination), requestedBy: "ops")
        try invariants.orderedTest(order, of: destination)
        let wasAdmitted = !ledgerFails(id.rawValue)
        if wasAdmitted {
            ledger.admit(id, to: destination, dueAt: wall)
            testsAdmitted += 1
        }
        tell(.testAdmitted(order, wasAdmitted), after: latency(id.rawValue), life: relay.life)
    }

    private mutating func continueTest(_ order: SendOrder, _ wasAdmitted: Bool) throws(InvariantViolation) {
        guard wasAdmitted else { return vanish(order) }
        try start([order], [order.id])
    }

    // MARK: The recorder

    /// Begins a commit of what has gathered, unless one is under way.
    private mutating func commit() {
        guard !relay.isCommitting else { return }
        for (destination, record) in relay.unsavedRecords { ledger.save(record, of: destination) }
        relay.unsavedRecords = []
        if relay.committing.isEmpty {
            let results = Array(relay.unsaved.prefix(20))
            relay.unsaved.removeFirst(results.count)
            for case .result(let result) in results {
                let id = result.attempt.delivery
                guard let delivery = relay.unwritten.removeValue(forKey: id) else { continue }
                relay.committing.append(.delivery(id, delivery))
            }
            relay.committing += results
            if results.count < 20 { relay.committing += takeUnwritten(until: relay.isDraining ? .max - 1 : now) }
        }
        guard let first = relay.committing.first else { return }
        relay.isCommitting = true
        let subject: Int64 =
            switch first {
            case .delivery(let id, _): id.rawValue
            case .result(let result): result.attempt.delivery.rawValue
            case .clockWasSet: -1
            }
        var outcome = CommitOutcome.succeeds
        if ledgerFails(subject) {
            var luck = dice.cast(.commit, subject, now)
            outcome = luck.chance(50) ? .fails : .succeedsUnheard
        }
        tell(.commitEnds(outcome), after: latency(subject), life: relay.life)
    }

    /// Has all new deliveries written that the recorder knows of, ahead of their results.
    mutating func writeUnwritten() { relay.unsaved.insert(contentsOf: takeUnwritten(until: .max - 1), at: 0) }

    /// Takes new deliveries that have waited until a time.
    private mutating func takeUnwritten(until time: Int64) -> [SimulatedRelay.Unsaved] {
        let taken = relay.unwritten.filter { $0.value.writeBy <= time }.sorted { $0.key < $1.key }
        for (id, _) in taken { relay.unwritten[id] = nil }
        return taken.map { .delivery($0.key, $0.value) }
    }

    /// Writes to the ledger what a commit took.
    mutating func write(_ items: [SimulatedRelay.Unsaved]) {
        for item in items {
            switch item {
            case .delivery(let id, let delivery):
                // It is there already if the news of an earlier try was lost.
                guard ledger[id] == nil else { continue }
                ledger.admit(id, to: delivery.destination, dueAt: delivery.receivedAt)
                invariants.admitted(id, to: delivery.destination)
            case .result(let result):
                var luck = dice.cast(.fault, result.attempt.delivery.rawValue, now)
                if fault == .losesResult, luck.chance(3) { continue }
                if ledgerRefuses(result) { continue }
                ledger.record(result)
            case .clockWasSet(let back, let time):
                ledger.moveDueTimes(after: time, earlierBy: back)
            }
        }
    }

    private mutating func endCommit(_ outcome: CommitOutcome) {
        var luck = dice.cast(.commit, Int64(relay.committing.count), now)
        if outcome != .fails { write(relay.committing) }
        guard outcome == .succeeds else {
            story.note(now, .world, "a commit fails")
            tell(.commitAgain, after: luck.number(100...2_000), life: relay.life)
            return
        }
        var recorded: [DeliveryID] = []
        var refused: [DeliveryID] = []
        var written: [(DeliveryID, SimulatedRelay.Unwritten)] = []
        var moves = 0
        for item in relay.committing {
            switch item {
            case .delivery(let id, let delivery):
                story.note(now, .delivery(id), "is written")
                written.append((id, delivery))
            case .result(let result) where ledgerRefuses(result):
                story.note(now, .delivery(result.attempt.delivery), "has a result that the ledger refuses")
                refused.append(result.attempt.delivery)
            case .result(let result):
                story.note(now, .delivery(result.attempt.delivery), "is recorded")
                if fault == .losesRecordedNotice, luck.chance(3) { continue }
                recorded.append(result.attempt.delivery)
            case .clockWasSet:
                story.note(now, .world, "due times in the ledger are moved")
                moves += 1
            }
        }
        let ended = Set(recorded)
        for (id, delivery) in written where !ended.contains(id) {
            tellWritten(id, delivery.destination, receivedAt: delivery.receivedAt)
        }
        let delay = luck.number(0...2)
        tell(.recorded(recorded), after: delay, life: relay.life)
        if !refused.isEmpty { tell(.unrecordable(refused), after: delay, life: relay.life) }
        if moves > 0 { tell(.dueTimesMoved(times: moves), after: delay, life: relay.life) }
        // The worst moment for a replay: the result is in the ledger, and the dispatcher has not heard of it.
        if !isCalm, hasOperators, luck.chance(10), let id = recorded.first { replay(id) }
        relay.committing = []
        relay.isCommitting = false
        commit()
    }

    // MARK: Small things

    private func name(_ destination: Int) -> String { plan.destinations[destination].name }

    private func isRoute(_ destination: Int) -> Bool { !name(destination).hasPrefix(RouteTable.callbackPrefix) }

    private mutating func configure(_ destination: Int) {
        relay.dispatcher.configure(name(destination), policies[destination])
        invariants.configured(destination, policies[destination])
    }

    private mutating func configureIfNew(_ destination: Int) {
        if !relay.dispatcher.knows(name(destination)) { configure(destination) }
    }

    /// How long the ledger takes to answer.
    private func latency(_ subject: Int64) -> Int64 {
        var luck = dice.cast(.latency, subject, now)
        return luck.number(1...20)
    }

    private static func stateNote(_ health: DestinationHealth) -> StaticString {
        switch health {
        case .healthy: "becomes healthy"
        case .suspended: "becomes suspended"
        case .ramping: "becomes ramping"
        case .paused: "becomes paused"
        case .gone: "becomes gone"
        }
    }
}
