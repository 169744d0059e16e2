import Deliveries

/// What the services round the dispatcher do: the dispatch loop, the recorder, the sender.
extension SimulatedWorld {
    mutating func take(_ input: RelayInput) throws {
        relay.turnIsDue = true
        switch input {
        case .ready(let records, let backlog): takeUp(records, backlog)
        case .admitted(let delivery, let destination):
            configureIfNew(destination)
            relay.dispatcher.add(delivery, to: name(destination))
            if relay.dispatcher.isQueued(delivery.id) { relay.cache.insert(delivery.id) }
        case .replayed(let delivery, let destination):
            configureIfNew(destination)
            relay.dispatcher.add(delivery, to: name(destination))
        case .cancelled(let id):
            relay.dispatcher.cancelled(id)
        case .pause(let destination):
            configureIfNew(destination)
            relay.dispatcher.pause(name(destination), at: wall, reason: "paused by ops")
            invariants.paused(destination)
        case .resume(let destination):
            relay.dispatcher.resume(name(destination), at: wall)
        case .reload(let destination):
            guard isRoute(destination) || relay.dispatcher.knows(name(destination)) else { break }
            configure(destination)
        case .page(let destination, let page): try takePage(destination, page)
        case .payloads(let orders, let pending): try start(orders, pending)
        case .answer(let id, let startedAt, let answer):
            story.note(now, "is answered", id, answer.statusCode ?? 0)
            let attempt = FinishedAttempt(
                id: id,
                startedAt: startedAt,
                url: "https://receiver.example/",
                answer: answer
            )
            for result in relay.dispatcher.finished([attempt], at: wall) {
                try invariants.finished(result, of: relay.destinationOf[id] ?? 0, at: now)
                relay.unsaved.append(result)
            }
            commit()
        case .commitEnds(let outcome): endCommit(outcome)
        case .commitAgain:
            relay.isCommitting = false
            commit()
        case .recorded(let ids):
            for id in ids {
                story.note(now, "is recorded", id)
                invariants.recorded(id)
            }
            relay.dispatcher.recorded(ids)
        case .wake(let time):
            if relay.armedAt == time { relay.armedAt = nil }
        case .turn:
            break
        }
    }

    /// Asks the dispatcher what to do, and does it.
    mutating func turn() throws {
        guard relay.isReady else { return }
        let life = relay.life
        relay.turnIsDue = false
        let actions = relay.dispatcher.next(at: wall)
        for change in actions.changes {
            guard let destination = indexOf[change.name] else { continue }
            story.note(now, Self.stateNote(change.health), destination)
            invariants.changed(destination, change, at: now)
            relay.unsavedRecords.append((destination, change))
        }
        var missing: [SendOrder] = []
        for order in actions.sends {
            guard let destination = indexOf[order.destination] else { continue }
            story.note(
                now,
                order.trigger == .probe ? "is to be sent as a probe" : "is to be sent",
                order.id,
                destination
            )
            relay.destinationOf[order.id] = destination
            try invariants.ordered(order, of: destination, row: ledger.rows[order.id], at: now)
            if relay.cache.remove(order.id) != nil {
                try launch(order)
            } else {
                missing.append(order)
            }
        }
        if !missing.isEmpty {
            let pending = ledgerFails() ? nil : Set(missing.map(\.id).filter { ledger.isPending($0) })
            tell(.payloads(missing, pending), after: latency(), life: life)
        }
        for load in actions.loads {
            guard let destination = indexOf[load.destination] else { continue }
            story.note(now, "page is read for", destination, load.limit)
            try invariants.ordered(load, of: destination)
            let page = ledgerFails() ? nil : ledger.due(at: destination, by: load.dueBy, limit: load.limit)
            tell(.page(destination, page), after: latency(), life: life)
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

    private mutating func takePage(_ destination: Int, _ page: SimulatedLedger.Page?) throws {
        guard let page else {
            story.note(now, "page could not be read for", destination)
            relay.dispatcher.loadFailed(name(destination), retryAt: wall.advanced(byMilliseconds: 1_000))
            invariants.rests(destination, until: now + 1_000)
            try invariants.loaded(destination, broughtNothing: false)
            return
        }
        story.note(now, "page arrives for", destination, page.deliveries.count)
        let heldBefore = relay.dispatcher.heldCount
        relay.dispatcher.loaded(name(destination), page.deliveries, nextDueAt: page.nextDueAt)
        try invariants.loaded(destination, broughtNothing: relay.dispatcher.heldCount == heldBefore)
    }

    /// Sends the attempts whose payloads were read, and takes back the others.
    private mutating func start(_ orders: [SendOrder], _ pending: Set<DeliveryID>?) throws {
        guard let pending else {
            for order in orders { postpone(order) }
            return
        }
        for order in orders {
            if pending.contains(order.id) {
                try launch(order)
            } else {
                story.note(now, "has vanished", order.id)
                relay.dispatcher.vanished([order.id])
                invariants.takenBack(order.id, of: relay.destinationOf[order.id] ?? 0)
            }
        }
    }

    private mutating func launch(_ order: SendOrder) throws {
        let destination = relay.destinationOf[order.id] ?? 0
        guard let policy = policies[destination] else {
            postpone(order)
            return
        }
        try checkMaySend(order.id)
        let (after, answer) = plan.destinations[destination].receiver.answer(
            at: now,
            timeout: policy.timeout,
            using: &random
        )
        tell(.answer(order.id, startedAt: wall, answer), after: after, life: relay.life)
    }

    private mutating func postpone(_ order: SendOrder) {
        story.note(now, "is postponed", order.id)
        let destination = relay.destinationOf[order.id] ?? 0
        relay.dispatcher.postponed([order.id], retryAt: wall.advanced(byMilliseconds: 1_000))
        relay.turnIsDue = true
        invariants.takenBack(order.id, of: destination)
        invariants.rests(destination, until: now + 1_000)
    }

    /// A delivery that has ended is never sent, but for one that is called off in the very moment in which it is sent.
    private func checkMaySend(_ id: DeliveryID) throws {
        guard let row = ledger.rows[id], row.status != .pending else { return }
        if let cancelledAt = row.cancelledAt, row.status == .cancelled, now - cancelledAt <= 30 { return }
        throw InvariantViolation(description: "\(id) is sent though it is \(row.status)")
    }

    mutating func noticeClockChange() {
        guard relay.clockOffset != wallOffset else { return }
        let change = wallOffset - relay.clockOffset
        relay.clockOffset = wallOffset
        relay.armedAt = nil
        relay.dispatcher.clockWasSet(byMilliseconds: change)
    }

    private mutating func armTimer(_ life: Int) {
        guard let wakeAt = relay.dispatcher.wakeAt else { return }
        let time = max(now + 1, now.addingSaturating(wakeAt.milliseconds(since: wall)))
        if let armed = relay.armedAt, armed <= time { return }
        relay.armedAt = time
        queue.schedule(.relay(life: life, .wake(at: time)), at: time)
    }

    // MARK: The recorder

    /// Begins a commit of what has gathered, unless one is under way.
    private mutating func commit() {
        guard !relay.isCommitting else { return }
        for (destination, record) in relay.unsavedRecords { ledger.save(record, of: destination) }
        relay.unsavedRecords = []
        if relay.committing.isEmpty {
            relay.committing = Array(relay.unsaved.prefix(20))
            relay.unsaved.removeFirst(relay.committing.count)
        }
        guard !relay.committing.isEmpty else { return }
        relay.isCommitting = true
        let outcome: CommitOutcome = ledgerFails() ? [.fails, .succeedsUnheard].drawn(&random) : .succeeds
        tell(.commitEnds(outcome), after: latency(), life: relay.life)
    }

    private mutating func endCommit(_ outcome: CommitOutcome) {
        if outcome != .fails { ledger.record(relay.committing) }
        guard outcome == .succeeds else {
            story.note(now, "commit fails, of so many", relay.committing.count)
            tell(.commitAgain, after: .random(in: 100...2_000, using: &random), life: relay.life)
            return
        }
        tell(
            .recorded(relay.committing.map(\.attempt.delivery)),
            after: .random(in: 0...2, using: &random),
            life: relay.life
        )
        // The worst moment for a replay: the result is in the ledger, and the dispatcher has not heard of it.
        if !isCalm, plan.operations > 0, chance(10), let result = relay.committing.first {
            replay(result.attempt.delivery)
        }
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
    private mutating func latency() -> Int64 { .random(in: 1...20, using: &random) }

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
