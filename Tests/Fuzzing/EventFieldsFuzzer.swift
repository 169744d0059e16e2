package import Deliveries
internal import Foundation

/// The fields of a stream entry: what is taken renders to valid JSON with the right envelope, what is refused names a field.
///
/// An input is fields that end in 0x1E, with 0x1F between name and value.
package struct EventFieldsFuzzer: Fuzzer {
    package let name = "event-fields"

    package let seeds: [[UInt8]] = [
        [("type", "job.completed"), ("data", #"{"result_url":"https://e.example/1.pdf","pages":12}"#)],
        [
            ("id", "evt_7F-3:x"), ("type", "job.failed"), ("job_id", "42"), ("product_id", "psikotes_v2"),
            ("queue", "pdf"),
            ("tenant", "acme"), ("timestamp", "2024-01-15T10:05:00.123Z"),
            ("callback_url", "https://n8n.example/w?token=1"),
            ("failure_url", "https://n8n.example/f"), ("route", "default"),
            ("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"),
            (
                "data",
                #"{"error":{"code":"E1","message":"größer \"x\"\n"},"status":"mine","type":1,"\u0074imestamp":null}"#
            ),
        ],
        [("type", "a"), ("data", "{}"), ("id", ""), ("job_id", "\"quoted\\\" é"), ("unknown", "x")],
        [
            ("type", "render.video.dead"), ("data", #" {"a":[{"b":[1e5,-0.5]}],"event_id":"no","job_id":"no"} "#),
            ("job_id", "j"),
        ],
        [("data", "{}"), ("type", "x.cancelled"), ("timestamp", "2030-02-28T23:59:59+05:30"), ("queue", "\u{1F600}")],
    ].map { fields in fields.flatMap { Array($0.utf8) + [0x1F] + Array($1.utf8) + [0x1E] } }

    package let tokens = [
        "type\u{1F}", "data\u{1F}{", "id\u{1F}", "job_id\u{1F}", "timestamp\u{1F}", "route\u{1F}", "\u{1E}", "\u{1F}",
        "}\u{1E}",
        #","status":1"#, #"{"type":"x"}"#, "job.failed", ".", "..", "A", "\"", "\\", "-00:00", "T24:00:00Z",
        "2024-02-30",
    ].map { Array($0.utf8) }

    /// Writes a body.
    package typealias Render = @Sendable (Event, BodyForm) -> [UInt8]
    private let render: Render

    /// Makes the fuzzer; a test of it puts something faulty in the place of what writes bodies.
    package init(render: @escaping Render = { DeliveryBody.render($0, as: $1) }) {
        self.render = render
    }

    package func check(_ input: [UInt8]) throws(FuzzFinding) -> Bool {
        let fields = input.split(separator: 0x1E).map { field in
            let end = field.firstIndex(of: 0x1F) ?? field.endIndex
            return EventField(name: Array(field[..<end]), value: Array(field[end...].dropFirst()))
        }
        let event: Event
        do throws(EventRefusal) {
            event = try EventReader().read(fields, entryID: "1705312800000-\(input.count)")
        } catch {
            try check(error, fields)
            return false
        }
        try check(event)
        for form in BodyForm.allCases {
            let body = render(event, form)
            guard body == render(event, form) else { throw FuzzFinding("two bodies of one event") }
            try check(body, of: event, form)
        }
        return true
    }

    /// What is taken keeps to the contract's section 3.
    private func check(_ event: Event) throws(FuzzFinding) {
        guard Timestamp(rfc3339: event.timestamp) != nil else { throw FuzzFinding("a timestamp that is none") }
        for (value, form) in [
            (event.type, #"^(?=.{1,128}\z)[a-z0-9_-]+(\.[a-z0-9_-]+)*\z"#), (event.id, #"^[A-Za-z0-9_:-]{1,128}\z"#),
        ] where value.range(of: form, options: .regularExpression) == nil {
            throw FuzzFinding("\(value.debugDescription) is taken for a type or an id")
        }
        for text in [event.jobID, event.productID, event.queue, event.tenant, event.route].compactMap(\.self) {
            guard (1...256).contains(text.utf8.count), !text.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F }) else {
                throw FuzzFinding("\(text.debugDescription) is taken for a name")
            }
        }
    }

    /// A refusal is one short line, and its field is one that the entry has, or that is missing.
    private func check(_ refusal: EventRefusal, _ fields: [EventField]) throws(FuzzFinding) {
        let name = refusal.field.rawValue
        let values = fields.filter { $0.name.elementsEqual(name.utf8) }
        let isNamed: Bool =
            switch refusal.field {
            case .entry: Set(fields.map(\.name)).count < fields.count
            case .type, .data: values.count <= 1
            default: values.count == 1
            }
        guard isNamed else { throw FuzzFinding("the refusal names another field: \(refusal)") }
        let isOneLine = refusal.description.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control }
        guard isOneLine, !refusal.reason.isEmpty, refusal.description.unicodeScalars.count <= 256 else {
            throw FuzzFinding("the refusal is not one short line: \(refusal.description.debugDescription)")
        }
    }

    private func check(_ body: [UInt8], of event: Event, _ form: BodyForm) throws(FuzzFinding) {
        guard let scanned = try? JSONObjectBytes(body) else { throw FuzzFinding("a \(form) body that is not JSON") }
        // Receivers differ in which of two members of one name they believe.
        for name: StaticString in ["event_id", "type", "timestamp", "job_id", "status"]
        where scanned.members.count(where: { scanned.isNamed($0, name) }) > 1 {
            throw FuzzFinding("\(name) stands twice in a \(form) body")
        }
        let reference = ReferenceJSON(body)
        guard reference.isComparable else { return }
        guard let whole = reference.object else { throw FuzzFinding("a \(form) body that Foundation cannot read") }
        let inner = form == .flat ? whole : whole["data"] as? [String: Any]
        guard let inner else { throw FuzzFinding("a standard body without data") }
        let expected: [(String, String?, [String: Any])] = [
            ("type", event.type, whole), ("timestamp", event.timestamp, whole), ("event_id", event.id, inner),
            ("job_id", event.jobID, inner), ("status", event.status, inner),
        ]
        for (name, value, place) in expected where place[name] as? String != value {
            throw FuzzFinding("\(name) in a \(form) body is \(place[name] ?? "missing"), not \(value ?? "absent")")
        }
    }
}
