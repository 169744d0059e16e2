import Deliveries

/// What reaches one life of the relay's process.
enum RelayInput {
    /// The ledger has been read at start.
    case ready(
        records: [(destination: Int, record: DestinationRecord)],
        backlog: [(destination: Int, earliestDueAt: Timestamp)]
    )
    case admitted(DueDelivery, Int)
    case replayed(DueDelivery, Int)
    case cancelled(DeliveryID)
    case pause(Int)
    case resume(Int)
    case reload(Int)
    /// A page that was read, or `nil` when it could not be.
    case page(Int, SimulatedLedger.Page?)
    /// Payloads that were read for orders: those of the deliveries that were pending, or `nil` when they could not be read.
    case payloads([SendOrder], Set<DeliveryID>?)
    case answer(DeliveryID, startedAt: Timestamp, Answer)
    case commitEnds(CommitOutcome)
    case commitAgain
    case recorded([DeliveryID])
    case wake(at: Int64)
    case turn
}

/// How a transaction ends: for the ledger, and for the one who waits for it.
enum CommitOutcome: CaseIterable {
    case succeeds
    case fails
    /// It is on disk, but the news did not arrive.
    case succeedsUnheard
}

/// One life of the relay's process: the dispatcher, and what the services around it hold in memory.
struct SimulatedRelay {
    /// Which life of the process it is; 0 stands for none.
    let life: Int
    var dispatcher: Dispatcher
    /// Before this, what reaches it waits.
    var readyAt: Int64
    /// Whether the process runs.
    var isAlive = true
    /// Whether it has taken up what the ledger knows.
    var isReady = false
    var isDraining = false
    /// Something happened since the dispatcher was last asked what to do.
    var turnIsDue = false
    /// The wall clock less the one that nobody sets, as it was last noticed.
    var clockOffset: Int64
    var armedAt: Int64?
    /// New deliveries whose bodies are still in memory.
    var cache: Set<DeliveryID> = []
    var destinationOf: [DeliveryID: Int] = [:]
    /// Results and states that the next commit takes, and those in the one under way.
    var unsaved: [AttemptResult] = []
    var unsavedRecords: [(destination: Int, record: DestinationRecord)] = []
    var committing: [AttemptResult] = []
    var isCommitting = false

    var isQuiet: Bool { dispatcher.isQuiet && !isCommitting && unsaved.isEmpty && unsavedRecords.isEmpty }
}
