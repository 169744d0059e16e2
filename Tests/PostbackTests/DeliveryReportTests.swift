import Foundation
import Testing

@testable import Postback

@Suite struct DeliveryReportTests {
    private func lines(_ members: String, _ destination: String? = nil) throws -> [String] {
        var report = try DeliveryReport(Data(#"{"id":"dlv_1","destination":"a.success",\#(members)}"#.utf8))
        if let destination {
            #expect(report.waitsFor == "a.success")
            report.destination = try JSONDecoder().decode(JSONValue.self, from: Data(destination.utf8))
        }
        return report.lines
    }

    @Test(
        arguments: [
            (
                #"{"health":"paused","reason":"paused by ann"}"#,
                "the destination is paused until it is resumed: paused by ann"
            ),
            (#"{"health":"gone","reason":null}"#, "the destination is gone until it is resumed"),
            (
                #"{"health":"suspended","reason":"10 failures","next_probe_at":"soon"}"#,
                "the destination is suspended: 10 failures, next probe at soon"
            ),
            (
                #"{"health":"healthy","configured":false,"reason":"no route names it"}"#,
                "the destination: no route names it"
            ),
        ]
    ) func `what holds up a pending delivery is said`(destination: String, words: String) throws {
        #expect(try lines(#""status":"pending""#, destination).contains("Waiting       " + words))
    }

    @Test func `one that is due and not sent waits for its turn`() throws {
        let destination = #"{"health":"healthy","configured":true,"in_flight":1,"allowance":1,"rate":"30/m"}"#
        let words = "1 of 1 requests at once are under way, this one may be among them, at most 30/m"
        let due = try lines(#""status":"pending","next_attempt_at":"2024-01-15T10:05:00.000Z""#, destination)
        #expect(due.contains("Waiting       its turn at the destination: \(words)"))
        let later = try lines(#""status":"pending","next_attempt_at":"2999-01-15T10:05:00.000Z""#, destination)
        #expect(!later.contains { $0.hasPrefix("Waiting") })
    }

    @Test func `a callback that nothing can call waits for a secret, not for a route`() throws {
        let name =
            #""name":"callback-example.com-1","health":"healthy","configured":false,"reason":"no route names it""#
        let waiting = try lines(#""status":"pending""#, "{\(name)}").filter { $0.hasPrefix("Waiting") }
        #expect(waiting.count == 1 && waiting[0].contains("callbacks.secret is not set"))
    }

    @Test func `where a redirect leads and how long a receiver asks to wait is said`() throws {
        let headers =
            #"[{"name":"Location","value":"https://b.example/x"},{"name":"Retry-After","value":"90"},{"name":"Server","value":"x"}]"#
        let attempt =
            #"{"number":1,"outcome":"rejected","status_code":307,"response":{"headers":\#(headers),"body":""}}"#
        let shown = try lines(#""status":"dead","attempts":[\#(attempt)]"#)
        #expect(shown.suffix(2) == ["      location: https://b.example/x", "      retry-after: 90"])
    }

    @Test(arguments: [
        "1e400", "1e-400", #""\ud800""#, String(repeating: "[", count: 127) + String(repeating: "]", count: 127),
    ])
    func `a body that a decoder would refuse is shown as it is`(value: String) throws {
        let shown = try lines(#""status":"delivered","body":{"n":\#(value)},"attempts":[]"#)
        #expect(shown.contains("Body          {\"n\":\(value)}"))
        #expect(shown.contains("Status        delivered"))
    }

    @Test func `an attempt that called another URL than the delivery has says so`() throws {
        let attempts = #"[{"number":1,"url":"https://a/old"},{"number":2,"url":"https://a/new"}]"#
        let shown = try lines(#""status":"delivered","url":"https://a/old","attempts":\#(attempts)"#)
        #expect(shown.filter { $0.contains("called") } == ["      called https://a/new"])
    }

    @Test func `nothing holds up one whose destination is healthy, or one that has ended`() throws {
        let healthy = try lines(#""status":"pending""#, #"{"health":"healthy","configured":true,"reason":null}"#)
        #expect(!healthy.contains { $0.hasPrefix("Waiting") })
        #expect(try DeliveryReport(Data(#"{"destination":"a","status":"delivered"}"#.utf8)).waitsFor == nil)
    }

    @Test func `what receivers and publishers wrote does not steer a terminal`() {
        #expect(
            "a\u{1B}[2J\u{9B}31m\0b\nc\td\u{202E}e\u{7F}é🙂".tame
                == "a\u{FFFD}[2J\u{FFFD}31m\u{FFFD}b c d\u{FFFD}e\u{FFFD}é🙂"
        )
        #expect("plain é 日本".tame == "plain é 日本")
    }
}
