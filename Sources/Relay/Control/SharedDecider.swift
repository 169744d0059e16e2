import Deliveries
import Ledger
import Synchronization

/// An ``IntakeDecider`` that several requests may use at once. It makes ids of its own, apart from intake's.
final class SharedDecider: Sendable {
    private let decider: Mutex<IntakeDecider>

    init(_ decider: IntakeDecider) {
        self.decider = Mutex(decider)
    }

    func decide(_ source: StreamSource, routes: RouteTable, now: Timestamp) -> AdmissionRequest? {
        decider.withLock { $0.decide(source, routes: routes, now: now) }
    }

    func testDelivery(to destination: Destination, by name: String, now: Timestamp) -> NewDelivery {
        decider.withLock { $0.testDelivery(to: destination, by: name, now: now) }
    }
}
