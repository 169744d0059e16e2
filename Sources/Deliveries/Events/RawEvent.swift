/// The known fields of an entry, found but not read.
struct RawEvent {
    var type: [UInt8]?
    var data: [UInt8]?
    var id: [UInt8]?
    var jobID: [UInt8]?
    var productID: [UInt8]?
    var queue: [UInt8]?
    var tenant: [UInt8]?
    var timestamp: [UInt8]?
    var callbackURL: [UInt8]?
    var failureURL: [UInt8]?
    var route: [UInt8]?
    var traceparent: [UInt8]?
    var unrouted: [UInt8]?

    /// Sorts the fields. A known field that is given twice is refused: there is no telling which one was meant.
    init(_ fields: [EventField]) throws(EventRefusal) {
        for field in fields {
            let wasFree: Bool
            switch String(decoding: field.name, as: UTF8.self) {
            case "type": wasFree = Self.fill(&type, field.value)
            case "data": wasFree = Self.fill(&data, field.value)
            case "id": wasFree = Self.fill(&id, field.value)
            case "job_id": wasFree = Self.fill(&jobID, field.value)
            case "product_id": wasFree = Self.fill(&productID, field.value)
            case "queue": wasFree = Self.fill(&queue, field.value)
            case "tenant": wasFree = Self.fill(&tenant, field.value)
            case "timestamp": wasFree = Self.fill(&timestamp, field.value)
            case "callback_url": wasFree = Self.fill(&callbackURL, field.value)
            case "failure_url": wasFree = Self.fill(&failureURL, field.value)
            case "route": wasFree = Self.fill(&route, field.value)
            case "traceparent": wasFree = Self.fill(&traceparent, field.value)
            case "unrouted": wasFree = Self.fill(&unrouted, field.value)
            default: wasFree = true
            }
            guard wasFree else {
                throw EventRefusal(.entry, "has the field \(String(decoding: field.name, as: UTF8.self)) twice")
            }
        }
    }

    private static func fill(_ place: inout [UInt8]?, _ value: [UInt8]) -> Bool {
        guard place == nil else { return false }
        place = value
        return true
    }
}
