import Logging
import Synchronization
import HTTPTypes
import Ledger
import Testing

@testable import API

@Suite("The log of requests")
struct RequestLogTests {
    /// Keeps what is logged.
    private final class Lines: Sendable {
        struct Line: Sendable {
            var level: Logger.Level
            var message: String
            var metadata: [String: String]
        }
        let all = Mutex<[Line]>([])
    }

    private struct Handler: LogHandler {
        let lines: Lines
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.trace

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            let metadata = (event.metadata ?? [:]).mapValues { "\($0)" }
            lines.all.withLock { $0.append(.init(level: event.level, message: "\(event.message)", metadata: metadata)) }
        }
    }

    @Test("a request is one line at debug, with the route's pattern and the key's name, and without anything secret")
    func oneLine() async throws {
        let lines = Lines()
        try await TestAPI.run(logger: Logger(label: "test") { _ in Handler(lines: lines) }) { api in
            try await api.send(.get, "/api/deliveries?q=SECRET")
            try await api.send(.get, "/api/deliveries/SECRET", key: "SECRET")
            try await api.send(.post, "/SECRET", key: nil)
        }
        let seen = lines.all.withLock { $0 }.filter { $0.message == "request" }
        #expect(seen.map(\.level) == [.debug, .debug, .debug])
        #expect(seen.map { $0.metadata["route"] } == ["/api/deliveries", "/api/deliveries/{id}", "none"])
        #expect(seen.map { $0.metadata["status"] } == ["200", "401", "404"])
        #expect(seen.map { $0.metadata["method"] } == ["GET", "GET", "POST"])
        #expect(seen.map { $0.metadata["key"] } == ["ops", nil, nil])
        #expect(seen.allSatisfy { Double($0.metadata["duration_ms"] ?? "") != nil })
        #expect(lines.all.withLock { "\($0)" }.contains("SECRET") == false)
        #expect(lines.all.withLock { "\($0)" }.contains("ops-secret") == false)
    }

    @Test("a mistake in the program is logged as an error, with what it was")
    func internalError() async throws {
        let lines = Lines()
        try await TestAPI.run(logger: Logger(label: "test") { _ in Handler(lines: lines) }) { api in
            api.ledger.fail(.init(.internal, "the cause"))
            try await api.send(.get, "/api/deliveries")
        }
        let errors = lines.all.withLock { $0 }.filter { $0.level == .error }
        #expect(errors.map(\.message) == ["a request failed"])
        #expect(errors.first?.metadata["error"]?.contains("the cause") == true)
    }
}
