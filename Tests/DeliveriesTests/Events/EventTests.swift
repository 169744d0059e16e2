import Testing

@testable import Deliveries

@Suite("An event")
struct EventTests {
    @Test(
        "is a failure by the last part of its type alone",
        arguments: [
            ("job.failed", EventOutcome.failure, "failed"), ("job.cancelled", .failure, "cancelled"),
            ("job.dead", .failure, "dead"),
            ("failed", .failure, "failed"), ("pdf.job.failed", .failure, "failed"),
            ("job.completed", .success, "completed"),
            ("job.failed.handled", .success, "handled"), ("failed.job", .success, "job"),
            ("job.notfailed", .success, "notfailed"),
        ]
    )
    func outcome(type: String, outcome: EventOutcome, status: String) throws {
        let event = try Event.sample(type: type)
        #expect(event.outcome == outcome)
        #expect(event.status == status)
    }

    @Test("goes to its failure URL when it failed, else to its callback URL")
    func ownURL() throws {
        let both = try Event.sample(
            type: "job.failed",
            callbackURL: "https://a.example/1",
            failureURL: "https://a.example/2"
        )
        #expect(both.ownURL?.url == "https://a.example/2")
        #expect(both.ownURL?.field == .failureURL)
        let success = try Event.sample(callbackURL: "https://a.example/1", failureURL: "https://a.example/2")
        #expect(success.ownURL?.url == "https://a.example/1")
        #expect(success.ownURL?.field == .callbackURL)
        let callbackOnly = try Event.sample(type: "job.failed", callbackURL: "https://a.example/1")
        #expect(callbackOnly.ownURL?.url == "https://a.example/1")
        let failureOnly = try Event.sample(failureURL: "https://a.example/2")
        #expect(failureOnly.ownURL == nil)
    }

    @Test("has the fingerprint of its content, whatever its id and trace context")
    func fingerprint() throws {
        let event = try Event.sample(data: #"{"a":1}"#, jobID: "j", productID: "p")
        var same = event
        same.id = "other"
        same.traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
        same.publishedAt = .distantFuture
        #expect(event.fingerprintInput == same.fingerprintInput)
        let others = [
            try Event.sample(data: #"{"a":2}"#, jobID: "j", productID: "p"),
            try Event.sample(data: #"{"a":1}"#, jobID: "jp"),
            try Event.sample(data: #"{"a":1}"#, jobID: "p", productID: "j"),
            try Event.sample(type: "job.failed", data: #"{"a":1}"#, jobID: "j", productID: "p"),
            try Event.sample(data: #"{"a":1}"#, jobID: "j", productID: "p", timestamp: "2024-01-15T10:05:01Z"),
            try Event.sample(data: #"{"a":1}"#, jobID: "j", productID: "p", route: "r"),
            try Event.sample(data: #"{"a":1}"#, jobID: "j", queue: "p"),
        ]
        for other in others { #expect(event.fingerprintInput != other.fingerprintInput) }
    }

    @Test("has the same fingerprint whenever the stream gave the time")
    func fingerprintWithoutTimestamp() throws {
        var first = try Event.sample(timestamp: "2024-01-15T10:05:00Z")
        var second = try Event.sample(timestamp: "2024-01-15T10:06:00Z")
        first.timestampWasPublished = false
        second.timestampWasPublished = false
        #expect(first.fingerprintInput == second.fingerprintInput)
    }

    @Test("is shown in messages without control characters and cut short")
    func quoting() {
        #expect(quoted("a\u{0}\n\u{7F}b") == "\"a\u{FFFD}\u{FFFD}\u{FFFD}b\"")
        #expect(quoted(String(repeating: "x", count: 65)) == "\"" + String(repeating: "x", count: 64) + "…\"")
        #expect(quoted(String(repeating: "x", count: 64)) == "\"" + String(repeating: "x", count: 64) + "\"")
    }
}
