import Deliveries
import JobQueue
import Logging
import RedisClient
import RedisTestSupport
import Synchronization

/// A queue in a real Redis of its own, for as long as a test's closure.
struct TestQueue: Sendable {
    let server: RedisTestServer
    let redis: RedisClient
    let queue: JobQueue
    let clock: ShiftedClock

    /// What a test adds to the server's clock, instead of waiting.
    final class ShiftedClock: Sendable {
        private let shift = Mutex<Int64>(0)

        var milliseconds: Int64 { shift.withLock { $0 } }

        func advance(by duration: Duration) { shift.withLock { $0 += duration.wholeMilliseconds } }
    }

    /// Runs a test with a queue.
    ///
    /// - Parameters:
    ///   - redisSettings: Further lines of the server's configuration.
    ///   - change: What is different in the queue's configuration.
    static func run(
        redisSettings: [String] = [],
        _ change: (inout JobQueueConfiguration) -> Void = { _ in },
        _ body: @Sendable (TestQueue) async throws -> Void
    ) async throws {
        let server = try await RedisTestServer.start(.unix, configuration: redisSettings)
        let clock = ShiftedClock()
        var configuration = JobQueueConfiguration(settling: .zero, clockShift: { clock.milliseconds })
        change(&configuration)
        let redis = RedisClient(endpoint: try RedisEndpoint(url: server.url), logger: .silent)
        let queue = JobQueue(redis: redis, configuration: configuration, logger: .silent)
        let test = TestQueue(server: server, redis: redis, queue: queue, clock: clock)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await redis.run() }
            try await body(test)
            group.cancelAll()
        }
    }

    /// Another queue on the same keys, with other settings.
    func queue(_ change: (inout JobQueueConfiguration) -> Void) -> JobQueue {
        let clock = clock
        var configuration = JobQueueConfiguration(settling: .zero, clockShift: { clock.milliseconds })
        change(&configuration)
        return JobQueue(redis: redis, configuration: configuration, logger: .silent)
    }

    /// Submits a job; the test fails if it is not accepted.
    @discardableResult
    func submit(_ change: (inout JobSubmission) -> Void = { _ in }) async throws -> JobID {
        var submission = JobSubmission(
            kind: "script",
            payload: Array("{}".utf8),
            createdAt: Timestamp(milliseconds: 1_700_000_000_000)
        )
        change(&submission)
        guard case .accepted = try await queue.submit(submission) else { throw Unexpected("the job was not accepted") }
        return submission.id
    }

    /// Claims a job; the test fails if there is none.
    func claim(_ worker: String = "one", from queues: [QueueName] = [.pdf]) async throws -> ClaimedJob {
        guard let job = try await queue.claim(from: queues, worker: worker) else { throw Unexpected("there is no job") }
        return job
    }

    func record(_ id: JobID) async throws -> JobRecord {
        guard let record = try await queue.job(id) else { throw Unexpected("the job is gone") }
        return record
    }

    /// Renews leases as a worker of this name would.
    func beat(
        _ worker: String = "one",
        _ leases: [JobLease] = [],
        usage: WorkerUsage? = nil
    ) async throws -> [LeaseAnswer] {
        let record = WorkerRecord(
            name: worker,
            state: .busy,
            queues: [.pdf],
            concurrency: 1,
            currentJobs: [],
            startedAt: Timestamp(milliseconds: 1),
            lastBeatAt: Timestamp(milliseconds: 1),
            usage: usage
        )
        return try await queue.beat(record, leases: leases)
    }

    /// The events on the stream, oldest first: their fields.
    func events() async throws -> [[String: String]] { try await entries(of: "postback:events") }

    func entries(of stream: String) async throws -> [[String: String]] {
        let reply = try await redis.send(RedisCommand("XRANGE", stream, "-", "+"))
        return (reply.array ?? []).map { entry in
            let fields = entry.array?.last?.array?.compactMap(\.string) ?? []
            let pairs = stride(from: 0, to: fields.count - 1, by: 2).map { (fields[$0], fields[$0 + 1]) }
            return Dictionary(pairs) { first, _ in first }
        }
    }

    func number(_ command: RedisCommand) async throws -> Int {
        Int(try await redis.send(command).integer ?? -1)
    }

    /// The server's clock, without what the test adds.
    func serverSeconds() async throws -> Int64 {
        guard let seconds = try await redis.send(RedisCommand("TIME")).array?.first?.integer else {
            throw Unexpected("the server does not tell the time")
        }
        return seconds
    }

    /// How many entries the waiting streams of the queue have.
    func streamLength(_ queue: QueueName = .pdf) async throws -> Int {
        var count = 0
        for level in ["again", "high", "normal", "low"] {
            count += try await number(RedisCommand("XLEN", "postback:jobs:queue:\(queue):\(level)"))
        }
        return count
    }
}

/// A test cannot go on.
struct Unexpected: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}

extension Logger {
    static let silent = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
}

extension [UInt8] {
    init(json text: String) { self.init(text.utf8) }
}
