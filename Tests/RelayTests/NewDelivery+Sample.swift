import Deliveries
import Ledger

extension NewDelivery {
    /// A delivery with nothing to it but its number.
    static func sample(_ number: Int64, to destination: Destination, at now: Timestamp) -> NewDelivery {
        NewDelivery(
            id: DeliveryID(rawValue: number),
            eventID: "evt_\(number)",
            fingerprint: [],
            type: "job.completed",
            body: Array("{}".utf8),
            publishedAt: now,
            receivedAt: now,
            destination: destination.name,
            route: destination.route,
            url: destination.url.text,
            source: StreamSource(entryID: "\(number)-0", fields: [])
        )
    }
}
