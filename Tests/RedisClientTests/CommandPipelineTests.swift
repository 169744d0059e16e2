import NIOCore
import Testing

@testable import RedisClient

@Suite("The command pipeline")
struct CommandPipelineTests {
    /// Stands for a ticket; only its identity counts.
    private final class Ticket {}

    private let tickets = (0..<4).map { _ in Ticket() }

    @Test("gives each batch its own replies, in order")
    func order() {
        let pipeline = Driven(CommandPipeline<String>())
        #expect(pipeline { $0.enqueue(batch(0, count: 2)) } == nil)
        #expect(pipeline { $0.enqueue(batch(1, count: 1)) } == nil)
        #expect(pipeline { $0.receive(.integer(1)) }.summary == "none")
        #expect(pipeline { $0.receive(.integer(2)) }.summary == "finish 0 1,2")
        #expect(pipeline { $0.receive(.integer(3)) }.summary == "finish 1 3")
        #expect(pipeline { $0.count } == 0)
        #expect(pipeline { $0.receive(.integer(4)) }.summary == "unexpected")
    }

    @Test("drops the replies of a cancelled batch and keeps those of the next", arguments: [0, 1])
    func cancellation(repliesBefore: Int) {
        let pipeline = Driven(CommandPipeline<String>())
        _ = pipeline { $0.enqueue(batch(0, count: 2)) }
        _ = pipeline { $0.enqueue(batch(1, count: 1)) }
        for _ in 0..<repliesBefore { _ = pipeline { $0.receive(.integer(1)) } }
        #expect(pipeline { $0.cancel(id(0)) }.summary == "fail 0")
        #expect(pipeline { $0.cancel(id(0)) }.summary == "none")
        for _ in repliesBefore..<2 { #expect(pipeline { $0.receive(.integer(1)) }.summary == "none") }
        #expect(pipeline { $0.receive(.integer(3)) }.summary == "finish 1 3")
        #expect(pipeline { $0.cancel(id(1)) }.summary == "none")
    }

    @Test("a ticket's identity that is used again names the batch that waits")
    func reusedIdentity() {
        let pipeline = Driven(CommandPipeline<String>())
        for _ in 0..<2 {
            _ = pipeline { $0.enqueue(batch(0)) }
            #expect(pipeline { $0.cancel(id(0)) }.summary == "fail 0")
        }
        #expect(pipeline { $0.count } == 2)
    }

    @Test("cancelling a blocking command takes the connection with it")
    func blockingCancellation() {
        let pipeline = Driven(CommandPipeline<String>())
        _ = pipeline { $0.enqueue(batch(0, .blocking(.seconds(5)))) }
        #expect(pipeline { $0.cancel(id(0)) }.summary == "failAndClose 0")
    }

    @Test("fails those whose time is up, and says when to look again")
    func expiry() {
        let pipeline = Driven(CommandPipeline<String>())
        _ = pipeline { $0.enqueue(batch(0, .standard)) }
        _ = pipeline { $0.enqueue(batch(1, .after(.seconds(1)))) }
        _ = pipeline { $0.enqueue(batch(2, .blocking(.seconds(10)))) }
        _ = pipeline { $0.enqueue(batch(3, .unlimited)) }
        let early = pipeline { $0.expire(now: Self.start + .milliseconds(999)) }
        #expect(early.expired.isEmpty && !early.closes && early.next == Self.start + .seconds(1))
        let short = pipeline { $0.expire(now: Self.start + .seconds(1)) }
        #expect(short.expired == ["1"] && !short.closes && short.next == Self.start + .seconds(5))
        let standard = pipeline { $0.expire(now: Self.start + .seconds(6)) }
        #expect(standard.expired == ["0"] && standard.closes && standard.next == Self.start + .seconds(13))
        let blocking = pipeline { $0.expire(now: Self.start + .seconds(13)) }
        #expect(blocking.expired == ["2"] && blocking.closes && blocking.next == nil)
        #expect(pipeline { $0.close(RedisError(.connectionLost, "gone")) } == ["3"])
    }

    @Test("a limit for one call that is as long as the connection's own closes the connection too")
    func longLimit() {
        let pipeline = Driven(CommandPipeline<String>())
        _ = pipeline { $0.enqueue(batch(0, .after(.seconds(5)))) }
        #expect(pipeline { $0.expire(now: Self.start + .seconds(5)) }.closes)
    }

    @Test("fails all who wait when the connection ends, once, and refuses later batches as not sent")
    func closing() {
        let pipeline = Driven(CommandPipeline<String>())
        _ = pipeline { $0.enqueue(batch(0)) }
        _ = pipeline { $0.enqueue(batch(1)) }
        _ = pipeline { $0.cancel(id(0)) }
        #expect(pipeline { $0.close(RedisError(.protocolViolation, "nonsense")) } == ["1"])
        #expect(pipeline { $0.close(RedisError(.connectionLost, "again")) } == [])
        #expect(pipeline { $0.failure }?.code == .protocolViolation)
        #expect(pipeline { $0.enqueue(batch(2)) } == RedisError(.connectionLost, "nonsense", wasSent: false))
        #expect(pipeline { $0.receive(.integer(1)) }.summary == "none")
    }

    private static let start = NIODeadline.uptimeNanoseconds(1_000_000_000)

    private func id(_ number: Int) -> ObjectIdentifier { ObjectIdentifier(tickets[number]) }

    private func batch(
        _ number: Int,
        _ timeout: RedisTimeout = .standard,
        count: Int = 1
    ) -> CommandPipeline<String>.Batch {
        let rules = timeout.rules(now: Self.start, RedisConnectionConfiguration())
        return CommandPipeline.Batch(id: id(number), count: count, rules: rules, waiter: "\(number)")
    }
}

extension CommandPipeline<String>.ReplyAction {
    var summary: String {
        switch self {
        case .none: "none"
        case .finish(let waiter, let replies):
            "finish \(waiter) " + replies.map { "\($0.integer ?? -1)" }.joined(separator: ",")
        case .unexpected: "unexpected"
        }
    }
}

extension CommandPipeline<String>.CancelAction {
    var summary: String {
        switch self {
        case .none: "none"
        case .fail(let waiter): "fail \(waiter)"
        case .failAndClose(let waiter): "failAndClose \(waiter)"
        }
    }
}
