import Foundation
import JobQueue
import ProgramTestSupport
import RedisClient
import RedisTestSupport

/// A worker in a process of its own, and what its jobs have noted.
extension TestQueue {
    /// Starts a worker process; it takes jobs when this returns.
    func worker(
        lease: Int = 1_000,
        beat: Int = 300,
        concurrency: Int = 1,
        settling: Int = 0,
        grace: Int = 30_000,
        burst: Bool = false
    ) async throws -> Program {
        var arguments = [
            "--redis", server.url, "--lease-milliseconds", "\(lease)", "--beat-milliseconds", "\(beat)",
            "--concurrency",
            "\(concurrency)", "--settling-milliseconds", "\(settling)", "--grace-milliseconds", "\(grace)",
        ]
        if burst { arguments.append("--burst") }
        let program = try Program(arguments, executable: "QueueWorker")
        try await program.waitFor("The worker takes jobs")
        return program
    }

    /// Submits a job that does what the script says.
    @discardableResult
    func script(_ what: String, milliseconds: Int = 0, _ change: (inout JobSubmission) -> Void = { _ in }) async throws
        -> JobID
    {
        try await submit {
            $0.payload = Array(json: #"{"do":"\#(what)","ms":\#(milliseconds)}"#)
            change(&$0)
        }
    }

    /// The next thing that a job has noted: `begin`, `stopped` or `end`, its id, and its worker's process.
    func mark(within limit: Duration = .seconds(20)) async throws -> Mark {
        let connection = try await redis.makeDedicatedConnection()
        let seconds = "\(limit.components.seconds)"
        let reply = try await connection.send(RedisCommand("BLPOP", "marks", seconds), timeout: .blocking(limit))
        await connection.close()
        guard let text = reply.array?.last?.string else { throw Unexpected("no job has noted anything") }
        return try Mark(text)
    }

    /// What has been noted and not been taken by ``mark(within:)``.
    func marks() async throws -> [Mark] {
        try (try await redis.send(RedisCommand("LRANGE", "marks", "0", "-1")).array ?? []).map {
            try Mark($0.string ?? "")
        }
    }

    struct Mark: Hashable {
        var word: String
        var job: JobID
        var process: Int32

        init(_ text: String) throws {
            let words = text.split(separator: " ")
            guard words.count == 3, let job = JobID(words[1]), let process = Int32(words[2]) else {
                throw Unexpected("not a mark: \(text)")
            }
            self.word = String(words[0])
            self.job = job
            self.process = process
        }
    }

    /// Waits until a job is as it should be: looks whenever the queue says that something changed, and now and then.
    @discardableResult
    func waitUntil(
        _ id: JobID,
        within limit: Duration = .seconds(20),
        _ condition: @Sendable @escaping (JobRecord) -> Bool
    ) async throws -> JobRecord {
        let deadline = ContinuousClock.now + limit
        while ContinuousClock.now < deadline {
            if let record = try? await queue.job(id), condition(record) { return record }
            await withTaskGroup(of: Void.self) { group in
                group.addTask { for await changed in queue.changes() where changed == id { return } }
                group.addTask { try? await Task.sleep(for: .milliseconds(200)) }
                await group.next()
                group.cancelAll()
            }
        }
        let record = try await queue.job(id)
        if let record, condition(record) { return record }
        throw Unexpected("the job is not as it should be: \(String(describing: record))")
    }

    @discardableResult
    func waitUntil(_ id: JobID, is status: JobStatus, within limit: Duration = .seconds(20)) async throws -> JobRecord {
        try await waitUntil(id, within: limit) { $0.status == status }
    }
}
