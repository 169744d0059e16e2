import ArgumentParser
import Foundation
import Testing

@testable import Postback

@Suite struct ClientOptionsTests {
    private func key(for url: String?) throws -> String? {
        let path = NSTemporaryDirectory() + "postback-client-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: path) }
        let data = DataDirectory(path: path)
        try data.create()
        try data.write(.url, "http://192.0.2.7:8080/")
        try data.write(.apiKey, "pbk_local")
        return try ClientOptions.client(url: url, apiKey: nil, data: path).key
    }

    @Test(arguments: [
        nil, "http://192.0.2.7:8080", "http://192.0.2.7:8080/", "http://127.0.0.1:9/", "http://localhost:9",
    ])
    func `the key of the data directory goes to its own Postback and to this machine`(url: String?) throws {
        #expect(try key(for: url) == "pbk_local")
    }

    @Test(arguments: ["https://postback.example.com/", "http://192.0.2.7:8081/", "http://localhost.example.com/"])
    func `the key of the data directory goes to nobody else`(url: String) throws {
        #expect(try key(for: url) == nil)
    }

    @Test(arguments: ["", ",", "pdf,,slow", "PDF", "a b"])
    func `names of queues that are none are a mistake in the use of the command`(queues: String) {
        #expect(throws: (any Error).self) { try WorkerCommand.parse(["--queues", queues]) }
    }

    @Test func `a negative number is told to be out of range, not to be missing`() {
        let refusal = #expect(throws: (any Error).self) { try ListOptions.parse(["--limit", "-1"]) }
        #expect(refusal.map { ListOptions.message(for: $0) } == "--limit: -1 is not from 1 to 100000")
    }

    @Test func `an empty directory or file is refused, not taken for this one`() {
        for option in ["--data-dir", "--config"] {
            let refusal = #expect(throws: (any Error).self) { try CommonOptions.parse([option, ""]) }
            #expect(refusal.map { CommonOptions.message(for: $0) } == "\(option): is empty")
        }
    }

    @Test func `names of queues are taken with spaces between them`() throws {
        _ = try WorkerCommand.parse(["--queues", "pdf, slow,pdf"])
    }
}
