import Deliveries
import Ledger
import Synchronization

/// An ``IntakeDecider`` that several requests may use at once. It makes ids of its own, apart from intake's.
final class SharedDecider: Sendable {
    private let decider: Mutex<IntakeDecider>

    init(_ decider: IntakeDecider) {
        self.decider = Mutex(decider)
    }

    /// What is asked of the ledger for a quarantined entry. Its delivery has an id of its own: Redis may have given the entry's id to
    /// another since.
    func decide(_ source: StreamSource, routes: RouteTable, now: Timestamp) -> AdmissionRequest? {
        decider.withLock { decider in
            let request = decider.decide(source, routes: routes, now: now)
            guard case .delivery(var delivery) = request else { return request }
            delivery.id = decider.nextID(at: now)
            return .delivery(delivery)
        }
    }

    func testDelivery(to destination: Destination, by name: String, now: Timestamp) -> NewDelivery {
        decider.withLock { $0.testDelivery(to: destination, by: name, now: now) }
    }
}
