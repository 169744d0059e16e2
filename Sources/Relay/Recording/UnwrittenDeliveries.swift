import Deliveries
import DequeModule
import Ledger

/// New deliveries that are not in the ledger: each is written together with its first result, or without it once it has waited long
/// enough. A pure value.
struct UnwrittenDeliveries {
    private struct Arrival {
        var id: DeliveryID
        var writeBy: ContinuousClock.Instant
    }

    /// How long a delivery waits for its first result before it is written without.
    let patience: Duration
    private var deliveries: [DeliveryID: NewDelivery] = [:]
    /// In the order in which they came; those that were taken since are passed over.
    private var arrivals = Deque<Arrival>()

    init(patience: Duration) {
        self.patience = patience
    }

    mutating func add(_ new: [NewDelivery], at now: ContinuousClock.Instant) {
        for delivery in new {
            deliveries[delivery.id] = delivery
            arrivals.append(Arrival(id: delivery.id, writeBy: now + patience))
        }
    }

    /// Takes those of these that are here.
    mutating func take(_ ids: some Sequence<DeliveryID>) -> [NewDelivery] {
        if deliveries.isEmpty { return [] }
        return ids.compactMap { deliveries.removeValue(forKey: $0) }
    }

    /// Takes those that have waited long enough.
    mutating func takeOverdue(at now: ContinuousClock.Instant) -> [NewDelivery] {
        var taken: [NewDelivery] = []
        while let first = arrivals.first, first.writeBy <= now || deliveries[first.id] == nil {
            arrivals.removeFirst()
            if let delivery = deliveries.removeValue(forKey: first.id) { taken.append(delivery) }
        }
        return taken
    }

    /// Takes all of them.
    mutating func takeAll() -> [NewDelivery] {
        let all = arrivals.compactMap { deliveries.removeValue(forKey: $0.id) }
        arrivals = []
        return all
    }

    /// When the first of them has waited long enough; `nil`: none is here.
    var nextDeadline: ContinuousClock.Instant? {
        deliveries.isEmpty ? nil : arrivals.first { deliveries[$0.id] != nil }?.writeBy
    }
}
