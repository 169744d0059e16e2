import Deliveries
import HTTPSender
import ReceiverTestSupport
import Synchronization

/// A sender whose answers can be awaited one by one.
final class TestSender: Sendable {
    let sender: HTTPSender
    private let answers: Answers

    init(_ configuration: HTTPSenderConfiguration = HTTPSenderConfiguration()) throws {
        let answers = Answers()
        self.answers = answers
        sender = try HTTPSender(configuration: configuration) { answers.take($0) }
    }

    /// Sends a request and waits for its answer.
    func send(
        _ url: String,
        headers: [HeaderField] = [],
        body: [UInt8] = Array(#"{"a":1}"#.utf8),
        connectTimeout: Duration = .seconds(5),
        timeout: Duration = .seconds(10),
        origin: AddressPolicy.Origin = .operatorConfigured,
        allow: [String] = [],
        options: TransportOptions = .standard
    ) async throws -> Answer {
        let request = SendRequest(
            token: answers.nextToken(),
            url: try DestinationURL(url),
            headers: headers,
            body: body,
            connectTimeout: connectTimeout,
            timeout: timeout,
            origin: origin,
            policy: AddressPolicy(allow: try AllowList(entries: allow)),
            options: options
        )
        return await answers.wait(for: request.token) { sender.send([request]) }
    }
}

/// Gives answers to those who wait for them.
private final class Answers: Sendable {
    private struct State {
        var lastToken: UInt64 = 0
        var waiting: [UInt64: CheckedContinuation<Answer, Never>] = [:]
    }

    private let state = Mutex(State())

    func nextToken() -> UInt64 {
        state.withLock { state in
            state.lastToken += 1
            return state.lastToken
        }
    }

    func wait(for token: UInt64, start: () -> Void) async -> Answer {
        await withCheckedContinuation { continuation in
            state.withLock { $0.waiting[token] = continuation }
            start()
        }
    }

    func take(_ results: [SendResult]) {
        for result in results {
            state.withLock { $0.waiting.removeValue(forKey: result.token) }?.resume(returning: result.answer)
        }
    }
}
