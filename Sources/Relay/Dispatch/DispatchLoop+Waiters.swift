import Deliveries
import FaultPoints
import Ledger
import Logging
import Telemetry

/// Those who wait for an answer of the loop: tests, and whoever asks.
extension DispatchLoop {
    /// Takes the slot of a test first, so that no page can bring its delivery in beside it, and then makes it durable.
    func beginTest(
        _ delivery: NewDelivery,
        _ requestedBy: String,
        _ waiter: CheckedContinuation<AttemptResult?, Never>,
        in group: inout DiscardingTaskGroup
    ) {
        guard !isDraining else { return waiter.resume(returning: nil) }
        configureIfNew(delivery.destination, routing.current)
        let order = dispatcher.beginTest(delivery.id, to: delivery.destination, requestedBy: requestedBy)
        tests[delivery.id] = waiter
        group.addTask { [store, inbox] in
            let result = await Result.of { () async throws(LedgerError) in
                try await store.admit([.delivery(delivery)])
            }
            var trouble: LedgerError?
            if case .failure(let error) = result { trouble = error }
            inbox.send(.testAdmitted(order, delivery, trouble))
        }
    }

    func continueTest(_ order: SendOrder, _ delivery: NewDelivery, _ error: LedgerError?) {
        if let error {
            logger.warning("Cannot record a test", metadata: Logger.Metadata([.reason: "\(error)"]))
            dispatcher.vanished([order.id])
            tests.removeValue(forKey: order.id)?.resume(returning: nil)
        } else {
            FaultPoint.testAdmitted.reached()
            start([order], [delivery.payload])
        }
    }

    /// Nobody waits for ever: what was asked and can no longer be answered is answered with nothing.
    func giveUpWaiters() {
        for waiter in tests.values { waiter.resume(returning: nil) }
        tests = [:]
        for room in roomWaiters { room.waiter.resume() }
        roomWaiters = []
        inbox.close()
        for input in inbox.takeAll() {
            switch input {
            case .test(_, _, let waiter): waiter.resume(returning: nil)
            case .snapshots(_, let waiter): waiter.resume(returning: dispatcher.snapshots())
            case .room(_, let waiter): waiter.resume()
            case .cancelled(_, let waiter): waiter?.resume(returning: false)
            default: break
            }
        }
    }
}
