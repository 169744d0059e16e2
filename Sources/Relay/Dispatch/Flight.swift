import Deliveries
import Ledger

/// An attempt that is under way: what must be known when its answer comes. A class, because it is put into tables and taken
/// out again, and as a value would be copied whole each time.
final class Flight: Sendable {
    let order: SendOrder
    let url: String
    let eventID: String
    let type: String
    let publishedAt: Timestamp
    let startedAt: Timestamp

    /// Notes what an attempt sends.
    init(_ order: SendOrder, _ payload: DeliveryPayload, url: String, startedAt: Timestamp) {
        self.order = order
        self.url = url
        self.eventID = payload.eventID
        self.type = payload.type
        self.publishedAt = payload.publishedAt
        self.startedAt = startedAt
    }
}
