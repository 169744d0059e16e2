import API
import Deliveries
import Ledger
import Relay

/// Lets the API ask a running relay for replays, cancellations, redrives and changes of destinations.
struct RelayAdapter: DeliveryControlling, QuarantineControlling, DestinationControlling {
    let control: RelayControl
    let ledger: any OperatorLedger

    func replay(_ id: DeliveryID, force: Bool, requestedBy: String) async throws(LedgerError) -> ReplayAnswer {
        try await control.replay(id, force: force, by: requestedBy)
    }

    func cancel(
        _ id: DeliveryID,
        requestedBy: String
    ) async throws(LedgerError) -> (answer: CancelAnswer, isUnderWay: Bool) {
        try await control.cancel(id)
    }

    func redrive(_ id: Int64, requestedBy: String) async throws(LedgerError) -> Admission? {
        guard let entry = try await ledger.quarantineEntry(id) else { return nil }
        // It was put aside unread: there is nothing to look at again, and its reason is the only thing known of it.
        guard !entry.source.fields.isEmpty else { return .quarantined }
        return try await control.redrive(id)
    }

    func discard(_ id: Int64, requestedBy: String) async throws(LedgerError) -> Bool {
        try await ledger.discardQuarantineEntry(id)
    }

    func destinations() async -> [DestinationState] {
        states(await control.destinations())
    }

    private func states(_ known: [DestinationSnapshot]) -> [DestinationState] {
        let routes = control.routes
        let names = Set(known.map(\.name))
        let untouched = routes.table.destinations.filter { !names.contains($0.name) }
        return known.map { state($0, routes) } + untouched.map { Self.state($0) }
    }

    func pause(_ name: String, requestedBy: String) async throws(DestinationControlError) -> DestinationState {
        guard try await isKnown(name) else { throw .notFound }
        // A relay that stops may have taken the wish and not come to it.
        guard control.pause(name, by: requestedBy), let state = await state(of: name), state.health == .paused
        else { throw .unavailable }
        return state
    }

    func resume(_ name: String, requestedBy: String) async throws(DestinationControlError) -> DestinationState {
        guard try await isKnown(name) else { throw .notFound }
        guard control.resume(name), let state = await state(of: name) else { throw .unavailable }
        return state
    }

    func test(_ name: String, requestedBy: String) async throws(DestinationControlError) -> DestinationTest {
        guard let destination = control.routes.destination(named: name) else {
            throw try await isKnown(name) ? .notConfigured : .notFound
        }
        guard let result = await control.test(destination, by: requestedBy) else { throw .unavailable }
        return DestinationTest(
            url: result.attempt.url,
            startedAt: result.attempt.startedAt,
            outcome: result.attempt.outcome,
            answer: result.attempt.answer
        )
    }

    /// Whether a destination is a route's, has work, or had some: the relay itself forgets those of URLs that came with an event
    /// when nothing is left to do for them, and lists show them all the same.
    private func isKnown(_ name: String) async throws(DestinationControlError) -> Bool {
        if await control.knows(name) { return true }
        do {
            return try await ledger.destinationStatistics(since: .distantFuture).contains { $0.destination == name }
        } catch {
            throw .unavailable
        }
    }

    /// Read after the wish in the same queue, so that it shows what the wish did; `nil`: the relay has stopped.
    private func state(of name: String) async -> DestinationState? {
        guard let known = await control.destinationsWhileRunning() else { return nil }
        if let state = states(known).first(where: { $0.name == name }) { return state }
        // One that was forgotten is healthy: what is paused is kept, and what is gone for a day.
        let policy = control.routes.policy(of: name)
        return DestinationState(
            name: name,
            url: nil,
            route: nil,
            health: .healthy,
            since: nil,
            reason: nil,
            isConfigured: policy != nil,
            inFlight: 0,
            held: 0,
            concurrency: policy?.concurrency,
            allowance: 0,
            rate: policy?.rate,
            nextProbeAt: nil
        )
    }

    private func state(_ snapshot: DestinationSnapshot, _ routes: RoutingSnapshot) -> DestinationState {
        let destination = routes.destination(named: snapshot.name)
        let policy = routes.policy(of: snapshot.name)
        return DestinationState(
            name: snapshot.name,
            url: destination?.url.text,
            route: destination?.route,
            health: snapshot.health,
            since: snapshot.since,
            reason: snapshot.isConfigured ? snapshot.reason : "no route names it; its deliveries wait",
            isConfigured: snapshot.isConfigured,
            inFlight: snapshot.inFlight,
            held: snapshot.held,
            concurrency: policy?.concurrency,
            allowance: snapshot.allowance,
            rate: policy?.rate,
            nextProbeAt: snapshot.nextProbeAt
        )
    }

    /// A destination that has not been used since the start.
    private static func state(_ destination: Destination) -> DestinationState {
        DestinationState(
            name: destination.name,
            url: destination.url.text,
            route: destination.route,
            health: .healthy,
            since: nil,
            reason: nil,
            isConfigured: true,
            inFlight: 0,
            held: 0,
            concurrency: destination.policy.concurrency,
            allowance: 0,
            rate: destination.policy.rate,
            nextProbeAt: nil
        )
    }
}
