package import Deliveries
package import Ledger
import Signing

/// Decides what becomes of one stream entry: a delivery, or the quarantine. Pure but for the ids it makes.
package struct IntakeDecider: Sendable {
    private var ids: DeliveryIDGenerator
    private let reader = EventReader()

    /// - Parameter node: tells this process' delivery ids from another's.
    package init(node: UInt16) {
        ids = DeliveryIDGenerator(node: node)
    }

    /// What the ledger is asked to do with an entry; `nil`: nothing, because no route takes the event and its publisher said that
    /// this is no fault.
    package mutating func decide(_ source: StreamSource, routes: RouteTable, now: Timestamp) -> AdmissionRequest? {
        do throws(EventRefusal) {
            let event = try reader.read(source.fields, entryID: source.entryID)
            do throws(EventRefusal) {
                let destination = try routes.destination(for: event)
                return .delivery(delivery(event, to: destination, source, now))
            } catch  where error.field == .destination && event.needsNoDestination {
                return nil
            }
        } catch {
            return .quarantine(
                NewQuarantineEntry(source: source, field: error.field.rawValue, reason: error.reason, receivedAt: now)
            )
        }
    }

    /// An id that no entry of the stream stands for.
    mutating func nextID(at now: Timestamp) -> DeliveryID { ids.next(at: now) }

    /// A delivery of a test event (`postback.test`) to a destination.
    mutating func testDelivery(to destination: Destination, by name: String, now: Timestamp) -> NewDelivery {
        let id = nextID(at: now)
        let eventID = "test_\(id.description.dropFirst("dlv_".count))"
        let data = #"{"message":"A test event from Postback. Nothing happened.","test":true}"#
        let source = StreamSource(
            entryID: "",
            fields: [EventField("id", eventID), EventField("type", "postback.test"), EventField("data", data)]
        )
        // Written here and so known to be readable; the empty object stands for what cannot be.
        let object = (try? JSONObjectBytes(Array(data.utf8))) ?? .empty
        let event = Event(
            id: eventID,
            type: "postback.test",
            data: object,
            timestamp: now.rfc3339,
            timestampWasPublished: true,
            publishedAt: now
        )
        var made = delivery(event, to: destination, source, now)
        made.id = id
        return made
    }

    private mutating func delivery(
        _ event: Event,
        to destination: Destination,
        _ source: StreamSource,
        _ now: Timestamp
    ) -> NewDelivery {
        NewDelivery(
            id: DeliveryID(entryID: source.entryID) ?? ids.next(at: now),
            eventID: event.id,
            fingerprint: Array(sha256(event.fingerprintInput).prefix(16)),
            type: event.type,
            tenant: event.tenant,
            jobID: event.jobID,
            productID: event.productID,
            queue: event.queue,
            body: DeliveryBody.render(event, as: destination.policy.body),
            traceparent: event.traceparent,
            publishedAt: event.publishedAt,
            receivedAt: now,
            destination: destination.name,
            route: destination.route,
            url: destination.url.text,
            source: source
        )
    }
}
