import Deliveries

/// One life of the relay's process: the dispatcher, and what the services around it hold in memory.
struct SimulatedRelay {
    /// What the recorder is to write, in this order.
    enum Unsaved {
        case delivery(DeliveryID, Unwritten)
        case result(AttemptResult)
        /// The wall clock was set back.
        case clockWasSet(back: Int64, at: Timestamp)
    }

    /// A delivery that is not in the ledger.
    struct Unwritten {
        var destination: Int
        var receivedAt: Timestamp
        /// When it is written without a result of its own. The recorder hears of it once it was offered.
        var writeBy = Int64.max
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
    /// What intake has offered and the ledger does not have.
    var unwritten: [DeliveryID: Unwritten] = [:]
    /// What the next commits take, and what is in the one under way.
    var unsaved: [Unsaved] = []
    var unsavedRecords: [(destination: Int, record: DestinationRecord)] = []
    var committing: [Unsaved] = []
    var isCommitting = false
    /// How often the clock was set back while the due times in the ledger are not known to be moved with it.
    var movesUnderWay = 0

    /// Whether there was a result that the ledger refuses: its delivery waits for the next start.
    var hasUnrecordable = false

    var isQuiet: Bool {
        dispatcher.isQuiet && !isCommitting && unwritten.isEmpty && unsaved.isEmpty && unsavedRecords.isEmpty
    }

    /// Deliveries that only Redis has if the process dies now, by what the ledger says.
    func unwritten(in ledger: SimulatedLedger) -> [(DeliveryID, Unwritten)] {
        let taken = (committing + unsaved).compactMap { item -> (DeliveryID, Unwritten)? in
            if case .delivery(let id, let delivery) = item { (id, delivery) } else { nil }
        }
        return (taken + unwritten.map { ($0.key, $0.value) }).filter { ledger[$0.0] == nil }
            .sorted { $0.0 < $1.0 }
    }
}
