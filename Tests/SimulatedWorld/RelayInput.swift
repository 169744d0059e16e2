import Deliveries

/// What reaches one life of the relay's process.
enum RelayInput {
    /// The ledger has been read at start.
    case ready(
        records: [(destination: Int, record: DestinationRecord)],
        backlog: [(destination: Int, earliestDueAt: Timestamp)]
    )
    /// Intake has a new delivery, which may be sent before it is written.
    case offered(DueDelivery, Int)
    /// A delivery is in the ledger, pending.
    case written(DueDelivery, Int)
    /// A new delivery has waited long enough for a result to be written with.
    case overdue
    case replayed(DueDelivery, Int)
    case cancelled(DeliveryID)
    case pause(Int)
    case resume(Int)
    case reload(Int)
    case test(DeliveryID, Int)
    /// Whether the ledger took the delivery of a test.
    case testAdmitted(SendOrder, Bool)
    /// A page that was read, or `nil` when it could not be.
    case page(Int, SimulatedLedger.Page?)
    /// Payloads that were read for orders: those of the deliveries that were pending, or `nil` when they could not be read.
    case payloads([SendOrder], Set<DeliveryID>?)
    case answer(SendOrder, startedAt: Timestamp, Answer)
    case commitEnds(CommitOutcome)
    case commitAgain
    case recorded([DeliveryID])
    /// The ledger will never take the results of these.
    case unrecordable([DeliveryID])
    /// The due times in the ledger were moved after the clock was set back so often.
    case dueTimesMoved(times: Int)
    case wake(at: Int64)
    case turn
}

/// How a transaction ends: for the ledger, and for the one who waits for it.
enum CommitOutcome {
    case succeeds
    case fails
    /// It is on disk, but the news did not arrive.
    case succeedsUnheard
}
