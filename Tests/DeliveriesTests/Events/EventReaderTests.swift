import Testing

@testable import Deliveries

@Suite("The event reader")
struct EventReaderTests {
    private let reader = EventReader()
    private static let entryID = "1705313100000-7"

    private func read(_ fields: [(String, String)], entryID: String = entryID) throws -> Event {
        try reader.read(fields.map { EventField($0.0, $0.1) }, entryID: entryID)
    }

    private func refusal(_ fields: [EventField]) -> EventRefusal? {
        #expect(throws: EventRefusal.self) { try reader.read(fields, entryID: Self.entryID) }
    }

    @Test("reads every field")
    func everyField() throws {
        let event = try read([
            ("type", "job.failed"), ("data", #"{"error":"out of paper"}"#), ("id", "Job_1:a-B"), ("job_id", "j1"),
            ("product_id", "psikotes_v2"), ("queue", "pdf"), ("tenant", "acme"),
            ("timestamp", "2024-01-15T11:05:00+01:00"),
            ("callback_url", "https://a.example/ok?signature=TOKEN/suffix"), ("failure_url", "https://a.example/no"),
            ("route", "psikotes"), ("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"),
            ("color", "red"),
        ])
        #expect(event.type == "job.failed")
        #expect(event.data.bytes == Array(#"{"error":"out of paper"}"#.utf8))
        #expect(event.id == "Job_1:a-B")
        #expect(event.jobID == "j1")
        #expect(event.productID == "psikotes_v2")
        #expect(event.queue == "pdf")
        #expect(event.tenant == "acme")
        #expect(event.timestamp == "2024-01-15T11:05:00+01:00")
        #expect(event.timestampWasPublished)
        #expect(event.callbackURL == "https://a.example/ok?signature=TOKEN/suffix")
        #expect(event.failureURL == "https://a.example/no")
        #expect(event.route == "psikotes")
        #expect(event.traceparent == "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
        #expect(event.publishedAt == .start)
        #expect(event.outcome == .failure)
        #expect(event.status == "failed")
    }

    @Test("takes id and time from the stream entry when the publisher gives none")
    func defaults() throws {
        let event = try read([("type", "job.completed"), ("data", "{}")])
        #expect(event.id == "evt_1705313100000-7")
        #expect(event.timestamp == "2024-01-15T10:05:00Z")
        #expect(!event.timestampWasPublished)
        #expect(event.publishedAt == .start)
        #expect(event.ownURL == nil)
        #expect(!event.needsNoDestination)
    }

    @Test("takes no other word than ignore for an event that needs no destination", arguments: ["ignore", "", "yes"])
    func unrouted(word: String) throws {
        let event = try read([("type", "job.completed"), ("data", "{}"), ("unrouted", word)])
        #expect(event.needsNoDestination == (word == "ignore"))
    }

    @Test(
        "takes the entry's time for what it can be",
        arguments: [
            ("0-1", "1970-01-01T00:00:00Z"), ("18446744073709551615-18446744073709551615", "1970-01-01T00:00:00Z"),
            ("9223372036854775807-0", "9999-12-31T23:59:59Z"), ("", "1970-01-01T00:00:00Z"),
        ]
    )
    func absurdEntryIDs(entryID: String, timestamp: String) throws {
        #expect(try read([("type", "a"), ("data", "{}")], entryID: entryID).timestamp == timestamp)
    }

    @Test("counts an optional field that is empty as absent")
    func emptyFields() throws {
        let names = [
            "id", "job_id", "product_id", "queue", "tenant", "timestamp", "callback_url", "failure_url", "route",
            "traceparent",
        ]
        let event = try read([("type", "a.b"), ("data", "{}")] + names.map { ($0, "") })
        #expect(event == (try read([("type", "a.b"), ("data", "{}")])))
    }

    @Test("refuses an entry without type or data")
    func missing() {
        #expect(refusal([EventField("data", "{}")])?.description == "type: is missing")
        #expect(refusal([EventField("type", ""), EventField("data", "{}")])?.description == "type: is missing")
        #expect(refusal([EventField("type", "a")])?.description == "data: is missing")
        #expect(refusal([])?.description == "type: is missing")
        #expect(
            refusal([EventField("type", "a"), EventField("data", "")])?.description
                == "data: is empty, not a JSON object at byte 0"
        )
    }

    @Test("takes a lower-case dotted type", arguments: ["a", "job.completed", "job.pdf-2.done_1", "1.2"])
    func types(type: String) throws {
        #expect(try read([("type", type), ("data", "{}")]).type == type)
        _ = try read([("type", String(repeating: "a", count: 128)), ("data", "{}")])
    }

    @Test(
        "refuses any other type",
        arguments: [
            "Job.completed", ".", "a.", ".a", "a..b", "a b", "job/completed", "jöb", "a\n", "*", "job.*",
        ]
    )
    func wrongTypes(type: String) {
        let refusal = refusal([EventField("type", type), EventField("data", "{}")])
        #expect(refusal?.field == .type)
        #expect(refusal?.reason.hasSuffix("is not a lower-case dotted name such as job.completed") == true)
        #expect(refusal?.reason.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control } == true)
    }

    @Test("refuses an id that is not of its letters", arguments: ["a b", "a.b", "é", "a/b", "a\u{0}", "<id>"])
    func wrongIDs(id: String) {
        let refusal = refusal([EventField("type", "a"), EventField("data", "{}"), EventField("id", id)])
        #expect(refusal?.field == .id)
        #expect(refusal?.reason.hasSuffix("has characters other than A-Z a-z 0-9 _ - :") == true)
    }

    @Test("refuses a timestamp that is not one")
    func wrongTimestamp() {
        let refusal = refusal([EventField("type", "a"), EventField("data", "{}"), EventField("timestamp", "yesterday")])
        #expect(
            refusal?.description == #"timestamp: "yesterday" is not an RFC 3339 time such as 2024-01-15T10:05:00Z"#
        )
    }

    @Test(
        "takes each field at its limit and refuses one byte more",
        arguments: [
            ("type", 128), ("id", 128), ("job_id", 256), ("product_id", 256), ("queue", 256), ("tenant", 256),
            ("route", 256),
            ("callback_url", 4096), ("failure_url", 4096),
        ]
    )
    func limits(field: String, limit: Int) throws {
        func fields(_ length: Int) -> [(String, String)] {
            [("data", "{}")] + (field == "type" ? [] : [("type", "a")]) + [
                (field, String(repeating: "a", count: length))
            ]
        }
        _ = try read(fields(limit))
        let refusal = refusal(fields(limit + 1).map { EventField($0.0, $0.1) })
        #expect(refusal?.description == "\(field): is longer than \(limit) bytes")
    }

    @Test("takes exactly a mebibyte of data and refuses one byte more")
    func dataLimit() throws {
        func data(_ length: Int) -> String { "{\"a\":\"" + String(repeating: "x", count: length - 8) + "\"}" }
        #expect(try read([("type", "a"), ("data", data(1 << 20))]).data.bytes.count == 1 << 20)
        let refusal = refusal([EventField("type", "a"), EventField("data", data(1 << 20 + 1))])
        #expect(refusal?.description == "data: is 1048577 bytes long, more than the limit of 1048576")
    }

    @Test("refuses data that is not an object", arguments: ["[]", "1", "\"{}\"", "null", "{} {}", "{\"a\":01}"])
    func wrongData(data: String) {
        #expect(refusal([EventField("type", "a"), EventField("data", data)])?.field == .data)
    }

    @Test(
        "refuses text that is not UTF-8 or has control characters",
        arguments: [
            "job_id", "product_id", "queue", "tenant", "timestamp", "callback_url", "failure_url", "route",
        ]
    )
    func wrongText(field: String) {
        let required = [EventField("type", "a"), EventField("data", "{}")]
        let broken = EventField(name: Array(field.utf8), value: [0x61, 0xC0, 0x80])
        #expect(refusal(required + [broken])?.description == "\(field): is not valid UTF-8")
        for control in ["a\u{0}b", "a\r\nb", "\u{7F}"] {
            #expect(
                refusal(required + [EventField(field, control)])?.description == "\(field): has a control character"
            )
        }
    }

    @Test(
        "refuses a known field that is given twice, even with the same value",
        arguments: [
            "type", "data", "id", "job_id", "product_id", "queue", "tenant", "timestamp", "callback_url", "failure_url",
            "route",
            "traceparent",
        ]
    )
    func duplicates(field: String) {
        let twice = [EventField(field, "a"), EventField(field, "a")]
        #expect(refusal(twice)?.description == "entry: has the field \(field) twice")
        #expect(refusal([EventField(field, ""), EventField(field, "a")])?.field == .entry)
    }

    @Test("passes over fields that it does not know, whatever their bytes")
    func unknownFields() throws {
        let junk = EventField(name: [0xFF, 0x00], value: [0xFE])
        let fields = [EventField("type", "a"), EventField("data", "{}"), junk, junk, EventField("Type", "B")]
        #expect(try reader.read(fields, entryID: "1-1").type == "a")
    }

    @Test(
        "sends on a trace context that is well-formed",
        arguments: [
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            "cc-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00",
        ]
    )
    func traceContext(value: String) throws {
        #expect(try read([("type", "a"), ("data", "{}"), ("traceparent", value)]).traceparent == value)
    }

    @Test(
        "passes over a trace context that is not, and takes the event all the same",
        arguments: [
            "00", "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",
            "00-00000000000000000000000000000000-b7ad6b7169203331-01",
            "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-x",
            "00_0af7651916cd43dd8448eb211c80319c_b7ad6b7169203331_01",
            "00-0af7651916cd43dd8448eb211c80319g-b7ad6b7169203331-01",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-0\n",
        ]
    )
    func brokenTraceContext(value: String) throws {
        #expect(try read([("type", "a"), ("data", "{}"), ("traceparent", value)]).traceparent == nil)
    }
}
