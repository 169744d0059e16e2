import API
import Deliveries
import Ledger
import Synchronization

/// Everything that the API acts through besides the ledger, and what it was asked to do.
final class FakeRelay: EventPublishing, DeliveryControlling, QuarantineControlling, DestinationControlling,
    ReadinessReporting, MetricsRendering
{
    struct State {
        var published: [[EventField]] = []
        var publishFailure: PublishError?
        /// What was asked, and by whom: `replay dlv_… force by ops`.
        var requests: [String] = []
        var destinations: [String: DestinationState] = [:]
        var destinationFailure: DestinationControlError?
        /// What is said of a delivery that is cancelled.
        var isUnderWay = false
        var redriveAnswer: Admission? = .admitted
        var readiness = Readiness(redisConnected: true, databaseConnected: true, relay: .running)
    }

    let ledger: FakeLedger
    let state = Mutex(State())

    init(ledger: FakeLedger) { self.ledger = ledger }

    /// Sets the scene.
    func change(_ change: (inout State) -> Void) { state.withLock { change(&$0) } }

    var published: [[EventField]] { state.withLock { $0.published } }
    var requests: [String] { state.withLock { $0.requests } }

    func publish(_ fields: [EventField]) async throws(PublishError) -> String {
        let result: Result<String, PublishError> = state.withLock { state in
            if let failure = state.publishFailure { return .failure(failure) }
            state.published.append(fields)
            return .success("1700000000000-\(state.published.count - 1)")
        }
        return try result.get()
    }

    func replay(_ id: DeliveryID, force: Bool, requestedBy: String) async throws(LedgerError) -> ReplayAnswer {
        note("replay \(id)\(force ? " force" : "") by \(requestedBy)")
        return try await ledger.replay(id, force: force, requestedBy: requestedBy, at: Sample.now)
    }

    func cancel(
        _ id: DeliveryID,
        requestedBy: String
    ) async throws(LedgerError) -> (answer: CancelAnswer, isUnderWay: Bool) {
        note("cancel \(id) by \(requestedBy)")
        return (try await ledger.cancel(id, at: Sample.now), state.withLock { $0.isUnderWay })
    }

    func redrive(_ id: Int64, requestedBy: String) async throws(LedgerError) -> Admission? {
        note("redrive \(id) by \(requestedBy)")
        guard try await ledger.quarantineEntry(id) != nil else { return nil }
        return state.withLock { $0.redriveAnswer }
    }

    func discard(_ id: Int64, requestedBy: String) async throws(LedgerError) -> Bool {
        note("discard \(id) by \(requestedBy)")
        return try await ledger.discardQuarantineEntry(id)
    }

    func destinations() async -> [DestinationState] { state.withLock { Array($0.destinations.values) } }

    func pause(_ name: String, requestedBy: String) async throws(DestinationControlError) -> DestinationState {
        try update(name, to: .paused, reason: "paused by \(requestedBy)")
    }

    func resume(_ name: String, requestedBy: String) async throws(DestinationControlError) -> DestinationState {
        try update(name, to: .healthy, reason: nil)
    }

    func test(_ name: String, requestedBy: String) async throws(DestinationControlError) -> DestinationTest {
        let state = try update(name, to: nil, reason: nil)
        note("test \(name) by \(requestedBy)")
        return DestinationTest(
            url: state.url ?? "",
            startedAt: Sample.now,
            outcome: .delivered,
            answer: Sample.answer(statusCode: 204)
        )
    }

    func readiness() async -> Readiness { state.withLock { $0.readiness } }

    func render() async -> String { "# TYPE postback_up gauge\npostback_up 1\n" }

    private func note(_ request: String) { state.withLock { $0.requests.append(request) } }

    private func update(
        _ name: String,
        to health: DestinationHealth?,
        reason: String?
    ) throws(DestinationControlError) -> DestinationState {
        let result: Result<DestinationState, DestinationControlError> = state.withLock { state in
            if let failure = state.destinationFailure { return .failure(failure) }
            guard var destination = state.destinations[name] else { return .failure(.notFound) }
            if let health {
                destination.health = health
                destination.since = Sample.now
                destination.reason = reason
            }
            state.destinations[name] = destination
            return .success(destination)
        }
        return try result.get()
    }
}
