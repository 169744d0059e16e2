import Deliveries
import Foundation
import JobQueue
import Testing

@testable import API

@Suite("Submitting a job and waiting for the document", .timeLimit(.minutes(1)))
struct GenerateTests {
    private static let body = #"{"code":"c","productId":"p"}"#

    /// Waits until a job was submitted.
    private static func submitted(_ api: TestAPI) async throws -> JobID {
        let deadline = ContinuousClock.now + .seconds(10)
        while ContinuousClock.now < deadline {
            if let job = api.jobs.submissions.first { return job.id }
            try await Task.sleep(for: .milliseconds(2))
        }
        throw JobNeverCame()
    }

    private struct JobNeverCame: Error {}

    @Test("the document of a job that is completed in time is the answer")
    func completed() async throws {
        let file = try TemporaryFile(Array("%PDF-1.7 hello".utf8))
        try await TestAPI.run { api in
            async let reply = api.post("/api/reports/generate", Self.body)
            let id = try await Self.submitted(api)
            api.jobs.update(id) { $0.record.status = .processing }
            api.jobs.change { state in
                state.documents[id] = JobDocument(location: .file(path: file.path), filename: "p_c.pdf", sha256: "ab")
            }
            api.jobs.update(id) { $0.record.status = .completed }
            let answer = try await reply
            #expect(answer.status == 200)
            #expect(answer.text == "%PDF-1.7 hello")
            #expect(answer.header("Content-Type") == "application/pdf")
            #expect(answer.header("Location") == "/api/jobs/\(id)")
        }
    }

    @Test("a job that fails or is cancelled meanwhile is told as such", arguments: [JobStatus.failed, .cancelled])
    func failed(status: JobStatus) async throws {
        try await TestAPI.run { api in
            async let reply = api.post("/api/reports/generate", Self.body)
            let id = try await Self.submitted(api)
            api.jobs.update(id) { view in
                view.record.error = "data: score is missing"
                view.record.status = status
            }
            let answer = try await reply
            #expect(answer.status == 422)
            #expect(answer.json["type"]?.string == "urn:postback:problem:job-failed")
            #expect(answer.detail.contains(status == .failed ? "data: score is missing" : "was cancelled"))
            #expect(answer.header("Location") == "/api/jobs/\(id)")
        }
    }

    @Test("a job that is not done in time goes on, and the answer says where to ask")
    func late() async throws {
        try await TestAPI.run(rules: { $0.synchronousWait = .milliseconds(50) }) { api in
            let answer = try await api.post("/api/reports/generate", Self.body)
            #expect(answer.status == 202)
            #expect(answer.json["message"]?.string?.contains("not done yet") == true)
            #expect(answer.json["status"]?.string == "queued")
        }
    }

    @Test("a job that was taken is not called refused because it cannot be looked at for a while")
    func outage() async throws {
        try await TestAPI.run(rules: { ($0.keepAlive, $0.synchronousWait) = (.milliseconds(5), .milliseconds(100)) }) {
            api in
            async let reply = api.post("/api/reports/generate", Self.body)
            let id = try await Self.submitted(api)
            api.jobs.change { $0.failure = .unavailable(reason: "Redis does not answer", retryAfter: 5) }
            let answer = try await reply
            #expect(answer.status == 202)
            #expect(answer.json["job_id"]?.string == id.text)
        }
    }

    @Test("a change that was lost is noticed all the same")
    func lostChange() async throws {
        try await TestAPI.run(rules: { $0.keepAlive = .milliseconds(20) }) { api in
            async let reply = api.post("/api/reports/generate", Self.body)
            let id = try await Self.submitted(api)
            api.jobs.change { $0.views[id]?.record.status = .cancelled }
            #expect(try await reply.status == 422)
        }
    }

    @Test("without a place to wait in the answer is 202 at once")
    func noPlace() async throws {
        try await TestAPI.run(rules: { $0.watcherLimit = 0 }) { api in
            let reply = try await api.post("/api/reports/generate", Self.body)
            #expect(reply.status == 202)
        }
    }
}
