import Deliveries
import Ledger
import ReceiverTestSupport
import RedisTestSupport
import Relay
import Testing

@Suite("n8n's answers, word for word", .timeLimit(.minutes(2)))
struct N8NTests {
    private let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
    }

    @Test("Each leads to the outcome and the next step of the contract")
    func everyAnswer() async throws {
        let redis = try await RedisTestServer.start(.unix)
        let answers = N8NAnswer.all
        let receiver = try ScriptedReceiver { request in
            ScriptedAnswer(.write(answers[Int(request.path.dropFirst("/webhook/".count)) ?? 0].bytes))
        }
        try await TestRelay.run(try TestRelay.snapshot([]), redis: redis, directory: directory) { relay in
            for index in answers.indices {
                // Every path is a destination of its own.
                let url = receiver.url("/webhook/\(index)")
                try await relay.publish("type", "job.completed", "id", "e\(index)", "data", "{}", "callback_url", url)
            }
            try await relay.store.begun.wait(for: answers.count)
            for (index, answer) in answers.enumerated() {
                let delivery = try await relay.delivery(ofEvent: "e\(index)")
                let attempt = try #require(delivery.attempts.first, "\(answer)")
                #expect(attempt.outcome == answer.outcome, "\(answer)")
                #expect(attempt.answer.statusCode == answer.status, "\(answer)")
                #expect(attempt.answer.body == Array(answer.body.utf8), "\(answer)")
                #expect(attempt.answer.failure == nil, "\(answer)")
                expect(answer.next, of: delivery, after: attempt, "\(answer)")
            }
            let gone = await relay.control.destinations().filter { $0.health == .gone }
            #expect(gone.count == answers.count { $0.outcome == .gone })
        }
    }

    private func expect(_ next: N8NAnswer.Next, of delivery: DeliveryDetail, after attempt: Attempt, _ comment: Comment)
    {
        let wait = delivery.summary.nextAttemptAt.map {
            $0.milliseconds(since: attempt.startedAt) - Int64(attempt.answer.times.total)
        }
        switch next {
        case .done:
            #expect(delivery.summary.status == .delivered, comment)
            #expect(wait == nil, comment)
        case .dead:
            #expect(delivery.summary.status == .dead, comment)
            #expect(wait == nil, comment)
        case .schedule(let seconds):
            #expect(delivery.summary.status == .pending, comment)
            // Jitter adds a tenth; the rest is what the relay itself may take.
            #expect((seconds * 1000 - 10...seconds * 1100 + 2000).contains(wait ?? 0), comment)
        case .soon:
            // A delivery that is tried again within a second may have been by now.
            #expect(delivery.summary.status == .pending, comment)
            #expect(delivery.attempts.count > 1 || (990...3100).contains(wait ?? 0), comment)
        }
    }

    @Test("An n8n that is starting up gets the event again once it is up")
    func startsUp() async throws {
        let redis = try await RedisTestServer.start(.unix)
        let starting = try #require(N8NAnswer.all.first { $0.body.hasPrefix("n8n is starting up") })
        let started = try #require(N8NAnswer.all.first { $0.outcome == .delivered })
        let receiver = try ScriptedReceiver { request in
            ScriptedAnswer(.write((request.header("x-postback-attempt") == "3" ? started : starting).bytes))
        }
        let policy = DestinationPolicy(retries: RetrySchedule(delays: [50, 50, 50]))
        let route = try TestRelay.route(success: receiver.url("/webhook/pdf"), policy: policy)
        try await TestRelay.run(try TestRelay.snapshot([route]), redis: redis, directory: directory) { relay in
            try await relay.publish("type", "job.completed", "id", "boot", "data", "{}")
            try await relay.store.recorded.wait(for: 3)
            let delivery = try await relay.delivery(ofEvent: "boot")
            #expect(delivery.summary.status == .delivered)
            #expect(delivery.attempts.map(\.outcome) == [.retry, .retry, .delivered])
        }
    }
}
