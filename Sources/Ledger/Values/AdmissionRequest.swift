package import Deliveries

/// One thing that intake read and wants to be durable before it is acknowledged.
package enum AdmissionRequest: Hashable, Sendable {
    /// A usable event, with the destination that was chosen for it.
    case delivery(NewDelivery)
    /// An entry that cannot be used.
    case quarantine(NewQuarantineEntry)

    /// The delivery that it asks for.
    package var delivery: NewDelivery? {
        if case .delivery(let delivery) = self { delivery } else { nil }
    }

    /// The same, received at `now` at the latest: the clock may have been set back since it was read.
    package func received(by now: Timestamp) -> AdmissionRequest {
        guard case .delivery(var delivery) = self, delivery.receivedAt > now else { return self }
        delivery.receivedAt = now
        return .delivery(delivery)
    }

    /// The entry that it was read from.
    package var source: StreamSource {
        switch self {
        case .delivery(let delivery): delivery.source
        case .quarantine(let entry): entry.source
        }
    }
}

/// What the ledger did with an ``AdmissionRequest``.
package enum Admission: Hashable, Sendable {
    /// A new delivery was written.
    case admitted
    /// An event of this id and content is already there: nothing was written.
    case duplicate
    /// An event of this id but other content is there: the entry was quarantined as a conflict.
    case conflict
    /// The entry was quarantined, or already had been.
    case quarantined
}
