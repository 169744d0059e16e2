/// Writes the body of a delivery (contract section 4). The same event always gives the same bytes.
package enum DeliveryBody {
    /// The bytes of the body of `event`, laid out as `form` says.
    package static func render(_ event: Event, as form: BodyForm) -> [UInt8] {
        var body = [UInt8]()
        body.reserveCapacity(event.data.bytes.count + 256)
        switch form {
        case .flat: renderFlat(event, into: &body)
        case .standard: renderStandard(event, into: &body)
        }
        return body
    }

    /// The envelope, then the members of `data` that have no envelope name.
    private static func renderFlat(_ event: Event, into body: inout [UInt8]) {
        body.append(UInt8(ascii: "{"))
        appendMember("event_id", event.id, into: &body)
        appendMember("type", event.type, into: &body)
        appendMember("timestamp", event.timestamp, into: &body)
        if let jobID = event.jobID { appendMember("job_id", jobID, into: &body) }
        appendMember("status", event.status, into: &body)
        for member in event.data.members where !isEnvelopeName(member, of: event.data) {
            appendSeparator(into: &body)
            body.append(contentsOf: event.data.bytes[member.whole])
        }
        body.append(UInt8(ascii: "}"))
    }

    /// Standard Webhooks' `type`, `timestamp`, `data`, with the rest of the envelope at the end of `data`.
    private static func renderStandard(_ event: Event, into body: inout [UInt8]) {
        body.append(UInt8(ascii: "{"))
        appendMember("type", event.type, into: &body)
        appendMember("timestamp", event.timestamp, into: &body)
        body.append(contentsOf: #","data":{"#.utf8)
        for member in event.data.members where !isNestedEnvelopeName(member, of: event.data) {
            appendSeparator(into: &body)
            body.append(contentsOf: event.data.bytes[member.whole])
        }
        appendMember("event_id", event.id, into: &body)
        if let jobID = event.jobID { appendMember("job_id", jobID, into: &body) }
        appendMember("status", event.status, into: &body)
        body.append(contentsOf: "}}".utf8)
    }

    private static func isEnvelopeName(_ member: JSONObjectBytes.Member, of data: JSONObjectBytes) -> Bool {
        isNestedEnvelopeName(member, of: data) || data.isNamed(member, "type") || data.isNamed(member, "timestamp")
    }

    private static func isNestedEnvelopeName(_ member: JSONObjectBytes.Member, of data: JSONObjectBytes) -> Bool {
        data.isNamed(member, "event_id") || data.isNamed(member, "job_id") || data.isNamed(member, "status")
    }

    private static func appendMember(_ name: StaticString, _ value: String, into body: inout [UInt8]) {
        appendSeparator(into: &body)
        body.append(UInt8(ascii: "\""))
        name.withUTF8Buffer { body.append(contentsOf: $0) }
        body.append(contentsOf: "\":".utf8)
        body.appendJSONString(value)
    }

    private static func appendSeparator(into body: inout [UInt8]) {
        if body.last != UInt8(ascii: "{") { body.append(UInt8(ascii: ",")) }
    }
}
