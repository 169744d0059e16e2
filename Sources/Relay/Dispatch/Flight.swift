import Deliveries
import Ledger

/// An attempt that is under way: what must be known when its answer comes.
struct Flight: Sendable {
    var order: SendOrder
    var url: String
    var eventID: String
    var type: String
    var publishedAt: Timestamp
    var startedAt: Timestamp
}
