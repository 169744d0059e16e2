import Deliveries

/// One life of the relay's process: the dispatcher, and what the services around it hold in memory.
struct SimulatedRelay {
    /// What the recorder is to write, in this order.
    enum Unsaved {
        case result(AttemptResult)
        /// The wall clock was set back.
        case clockWasSet(back: Int64, at: Timestamp)
    }

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
    /// What the next commits take, and what is in the one under way.
    var unsaved: [Unsaved] = []
    var unsavedRecords: [(destination: Int, record: DestinationRecord)] = []
    var committing: [Unsaved] = []
    var isCommitting = false
    /// Whether the clock was set back, and the due times in the ledger are not known to be moved with it.
    var isMovingDueTimes = false

    var isQuiet: Bool { dispatcher.isQuiet && !isCommitting && unsaved.isEmpty && unsavedRecords.isEmpty }
}
