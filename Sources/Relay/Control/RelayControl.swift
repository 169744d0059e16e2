package import Deliveries
import FaultPoints
package import Ledger
import Synchronization

/// What people ask of a running relay. Wishes about deliveries are made durable in the ledger and then told to the dispatcher;
/// the state of a destination changes first and is remembered a moment later.
package struct RelayControl: Sendable {
    private let ledger: any DeliveryLedger
    private let loop: DispatchLoop
    private let routing: RoutingBoard
    private let clock: RelayClock
    private let hand: EntriesInHand
    private let decider: SharedDecider

    /// Makes the control of a relay.
    package init(
        ledger: any DeliveryLedger,
        loop: DispatchLoop,
        routing: RoutingBoard,
        clock: RelayClock,
        hand: EntriesInHand,
        decider: IntakeDecider
    ) {
        self.ledger = ledger
        self.loop = loop
        self.routing = routing
        self.clock = clock
        self.hand = hand
        self.decider = SharedDecider(decider)
    }

    /// Makes a delivery again, with the same body and id and its whole schedule before it.
    package func replay(_ id: DeliveryID, force: Bool, by name: String) async throws(LedgerError) -> ReplayAnswer {
        let answer = try await ledger.replay(id, force: force, requestedBy: name, at: clock.now())
        FaultPoint.replayCommitted.reached()
        if case .replayed(let due, let destination, _) = answer {
            loop.inbox.send(.replayed(due, destination: destination))
        }
        return answer
    }

    /// Calls a pending delivery off.
    ///
    /// - Returns: also whether an attempt is under way, which ends as it ends.
    package func cancel(_ id: DeliveryID) async throws(LedgerError) -> (answer: CancelAnswer, isUnderWay: Bool) {
        let answer = try await ledger.cancel(id, at: clock.now())
        FaultPoint.cancelCommitted.reached()
        guard case .cancelled = answer else { return (answer, false) }
        let isUnderWay = await withCheckedContinuation { waiter in
            if !loop.inbox.send(.cancelled(id, waiter)) { waiter.resume(returning: false) }
        }
        return (answer, isUnderWay)
    }

    /// Tries a quarantined entry again under the routes in force.
    ///
    /// - Returns: what became of it: ``Admission/quarantined`` and ``Admission/conflict`` leave it there, with its new reason. `nil`:
    ///   there is no such entry.
    package func redrive(_ id: Int64) async throws(LedgerError) -> Admission? {
        guard let entry = try await ledger.quarantineEntry(id) else { return nil }
        // One that no route takes stays, also if that was no fault when it was published: somebody wants it sent.
        guard let request = decider.decide(entry.source, routes: routing.current.table, now: clock.now()) else {
            return .quarantined
        }
        guard let delivery = request.delivery else { return try await ledger.redrive(id, as: request) }
        guard !hand.begin(events: [delivery.eventID]).isEmpty else {
            throw LedgerError(.busy, "an event of this id is on its way into the ledger; try again")
        }
        defer { hand.settle(events: [delivery.eventID]) }
        let admission = try await ledger.redrive(id, as: request)
        FaultPoint.redriveCommitted.reached()
        if admission == .admitted { loop.notify(.written([delivery])) }
        return admission
    }

    /// How every destination stands that is configured or has work.
    ///
    /// - Parameter withCallbacks: also those of URLs that came with events, of which there may be very many.
    package func destinations(withCallbacks: Bool = true) async -> [DestinationSnapshot] {
        await destinationsWhileRunning(withCallbacks: withCallbacks) ?? []
    }

    /// The same; `nil`: the relay has stopped, and does nothing any more that is asked of it.
    package func destinationsWhileRunning(withCallbacks: Bool = true) async -> [DestinationSnapshot]? {
        var isRunning = true
        let snapshots = await withCheckedContinuation { waiter in
            isRunning = loop.inbox.send(.snapshots(withCallbacks: withCallbacks, waiter))
            if !isRunning { waiter.resume(returning: []) }
        }
        return isRunning ? snapshots : nil
    }

    /// Whether a destination is one of a route's, or one that the relay knows.
    package func knows(_ destination: String) async -> Bool {
        if routing.current.destination(named: destination) != nil { return true }
        return await destinations().contains { $0.name == destination }
    }

    /// Stops a destination until it is resumed. - Returns: `false` when the relay has stopped.
    @discardableResult
    package func pause(_ destination: String, by name: String) -> Bool {
        loop.inbox.send(.pause(destination: destination, by: name))
    }

    /// Lets a paused, gone or suspended destination have its deliveries again. - Returns: `false` when the relay has stopped.
    @discardableResult
    package func resume(_ destination: String) -> Bool {
        loop.inbox.send(.resume(destination: destination))
    }

    /// Sends one signed test event to a route's destination and waits for what came back. It is recorded like any other delivery, and
    /// never retried. `nil`: the relay is stopping, or the ledger does not take it.
    package func test(_ destination: Destination, by name: String) async -> AttemptResult? {
        let now = clock.now()
        let delivery = decider.testDelivery(to: destination, by: name, now: now)
        return await withCheckedContinuation { waiter in
            if !loop.inbox.send(.test(delivery, requestedBy: name, waiter)) { waiter.resume(returning: nil) }
        }
    }

    /// Puts new routes in force, without touching what is in flight.
    package func reload(_ snapshot: RoutingSnapshot) {
        routing.replace(with: snapshot)
        loop.inbox.send(.reload)
    }

    /// The routes in force.
    package var routes: RoutingSnapshot { routing.current }
}
