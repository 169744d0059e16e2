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
