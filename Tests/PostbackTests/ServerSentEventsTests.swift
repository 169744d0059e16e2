import Foundation
import Testing

@testable import Postback

/// The client's side of a job's events (HTML, section 9.2).
@Suite struct ServerSentEventsTests {
    /// Comments, fields that do not matter, data over several lines, line ends of both kinds, an event without data, and a last
    /// one that breaks off.
    private static let stream = """
        : still here

        id: 1\r
        event: progress\r
        data: {"progress":5}\r
        \r
        event: nothing

        data: first
        data:second
        data:  third
        data:

        datum: x
        retry: 100
        data: ü and 🐟

        :

        event: end
        data: {"status":"completed"}

        data: broken
        """
    private static let events = [#"{"progress":5}"#, "first\nsecond\n third\n", "ü and 🐟", #"{"status":"completed"}"#]

    private func events(of pieces: [some Sequence<UInt8>]) -> [String] {
        var parser = ServerSentEvents()
        return pieces.flatMap { parser.add($0) }.map { String(decoding: $0, as: UTF8.self) }
    }

    @Test func `a stream is its events, wherever its bytes are cut`() {
        let bytes = Array(Self.stream.utf8)
        #expect(events(of: [bytes]) == Self.events)
        for cut in 0...bytes.count {
            #expect(events(of: [bytes[..<cut], bytes[cut...]]) == Self.events, "cut at byte \(cut)")
        }
        #expect(events(of: bytes.map { [$0] }) == Self.events)
    }

    @Test func `a stream with CRLF throughout is the same stream`() {
        let text = Self.stream.replacing("\r\n", with: "\n").replacing("\n", with: "\r\n")
        let bytes = Array(text.utf8)
        for cut in 0...bytes.count {
            #expect(events(of: [bytes[..<cut], bytes[cut...]]) == Self.events, "cut at byte \(cut)")
        }
    }

    @Test func `an event comes with its empty line, not before`() {
        var parser = ServerSentEvents()
        #expect(parser.add("data: x\n".utf8).isEmpty)
        #expect(parser.add("".utf8).isEmpty)
        #expect(parser.add("\n".utf8) == [Data("x".utf8)])
        #expect(parser.add("\n\n: comment\n\n".utf8).isEmpty)
        #expect(parser.add("data\n\n".utf8) == [Data()])
    }

    @Test func `one space behind the colon is no data, further ones are`() {
        var parser = ServerSentEvents()
        let events = parser.add("data:x\n\ndata: x\n\ndata:  x\n\ndata: \n\n".utf8)
        #expect(events == ["x", "x", " x", ""].map { Data($0.utf8) })
    }
}
