import Deliveries
import Foundation
import Glibc
import ProgramTestSupport
import ReceiverTestSupport
import Testing

/// The built program in front of a receiver that answers as n8n does, with the settings that it has by default.
@Suite("n8n's answers, word for word, to the program", .timeLimit(.minutes(2)))
struct N8NAnswerTests {
    /// The members of a listed delivery that are looked at.
    private struct Delivery: Decodable {
        let event: String
        let status: String
        let attempts: Int
        let lastOutcome: String?
        let lastStatusCode: Int?

        private enum CodingKeys: String, CodingKey {
            case event = "event_id"
            case status, attempts
            case lastOutcome = "last_outcome"
            case lastStatusCode = "last_status_code"
        }
    }

    private let answers = N8NAnswer.all

    @Test("Operators see each as what it is, and a resume URL that is called too early is called again")
    func everyAnswer() async throws {
        let early = try #require(answers.first { $0.outcome == .notReady })
        let started = try #require(answers.first { $0.outcome == .delivered })
        let receiver = try ScriptedReceiver { [answers] request in
            if request.path == "/webhook-waiting/231" {
                return ScriptedAnswer(.write((request.header("x-postback-attempt") == "1" ? early : started).bytes))
            }
            return ScriptedAnswer(.write(answers[Int(request.path.dropFirst("/webhook/".count)) ?? 0].bytes))
        }
        let installation = try Installation(routes: Installation.route(to: receiver.url("/webhook/0")))
        let program = try await installation.up("--log-format", "json")
        for index in answers.indices {
            // Every path is a destination of its own.
            let url = receiver.url("/webhook/\(index)")
            try await installation.xadd("type", "job.completed", "id", "e\(index)", "data", "{}", "callback_url", url)
        }
        let resume = "/webhook-waiting/231?signature=abc/pdf"
        let url = receiver.url(resume)
        try await installation.xadd("type", "job.completed", "id", "resume", "data", "{}", "callback_url", url)
        try await program.waitFor(#""message":"Attempt""#, count: answers.count + 2)

        let listed = try await deliveries(of: installation) { delivery in
            delivery.attempts > (delivery.event == "resume" ? 1 : 0)
        }
        for (index, answer) in answers.enumerated() {
            let delivery = try #require(listed["e\(index)"], "\(answer)")
            #expect(delivery.lastOutcome == answer.outcome.rawValue, "\(answer)")
            #expect(delivery.lastStatusCode == answer.status, "\(answer)")
            switch answer.next {
            case .done: #expect(delivery.status == "delivered", "\(answer)")
            case .dead: #expect(delivery.status == "dead", "\(answer)")
            case .schedule, .soon: #expect(delivery.status == "pending", "\(answer)")
            }
        }
        #expect(listed["resume"]?.status == "delivered")
        #expect(receiver.requests.map(\.target).count { $0 == resume } == 2)
        program.signal(SIGTERM)
        #expect(await program.waitUntilExit() == 0)
    }

    /// The deliveries by event, once all are recorded: a line in the log comes before its commit.
    private func deliveries(
        of installation: Installation,
        areRecorded: (Delivery) -> Bool
    ) async throws -> [String: Delivery] {
        for _ in 0..<50 {
            let output = try await installation.run("deliveries", "list", "--limit", "100", "--json").output
            let listed = try output.split(separator: "\n").map { line in
                try JSONDecoder().decode(Delivery.self, from: Data(line.utf8))
            }
            guard listed.count == answers.count + 1, listed.allSatisfy(areRecorded) else { continue }
            return Dictionary(listed.map { ($0.event, $0) }) { first, _ in first }
        }
        throw ProgramError(description: "the deliveries are not recorded")
    }
}
