import Deliveries
import JobQueue
import Jobs
import Ledger
import Logging
import ReceiverTestSupport
import RedisClient
import RedisTestSupport
import Telemetry
import Testing

/// A desk with its services, a real Redis and a real ledger, run for as long as a test's closure.
struct TestJobs: Sendable {
    let redis: RedisTestServer
    let queue: JobQueue
    let desk: JobDesk
    let ledger: ObservedLedger
    let registry: PrometheusRegistry
    let health: JobHealth
    let client: RedisClient

    /// - Parameters:
    ///   - archives: whether ended jobs are moved into the ledger.
    ///   - isReachable: whether Redis can be reached at the start; the closure is called once it is connected then.
    static func run<Value: Sendable>(
        redis: RedisTestServer,
        directory: TemporaryDirectory,
        spoolBound: Int = 100,
        archives: Bool = true,
        isReachable: Bool = true,
        _ body: @Sendable (TestJobs) async throws -> Value
    ) async throws -> Value {
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let ledger = try await SQLiteLedger.open(directory: directory.path)
        let observed = ObservedLedger(ledger)
        let client = RedisClient(
            endpoint: try RedisEndpoint(url: redis.url),
            configuration: RedisClientConfiguration(
                connection: RedisConnectionConfiguration(
                    connectTimeout: .seconds(3),
                    commandTimeout: .seconds(3)
                ),
                connectionWait: .milliseconds(200),
                maximumBackoff: .milliseconds(100)
            ),
            logger: logger
        )
        let queue = JobQueue(redis: client, logger: logger)
        let bell = SpoolBell()
        let registry = PrometheusRegistry()
        let health = JobHealth()
        let desk = JobDesk(
            queue: queue,
            archive: observed,
            spool: observed,
            bell: bell,
            configuration: JobDeskConfiguration(spoolBound: spoolBound),
            now: { Sample.now },
            logger: logger
        )
        let archive = JobArchiveService(
            queue: queue,
            archive: observed,
            metrics: JobMetrics(factory: registry),
            health: health,
            logger: logger
        )
        let spool = SpoolService(
            queue: queue,
            spool: observed,
            redis: client,
            bell: bell,
            events: "postback:events",
            logger: logger
        )
        let jobs = TestJobs(
            redis: redis,
            queue: queue,
            desk: desk,
            ledger: observed,
            registry: registry,
            health: health,
            client: client
        )
        let value = try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try? await client.run() }
            if archives { group.addTask { try await archive.run() } }
            group.addTask { try await spool.run() }
            defer { group.cancelAll() }
            if isReachable { try await jobs.waitForConnection() }
            return try await body(jobs)
        }
        try await ledger.close()
        return value
    }

    /// Submits, and expects it to be taken.
    func accept(_ submission: JobSubmission) async throws -> JobStanding {
        let answer = try await desk.submit(submission)
        guard case .accepted(let standing) = answer else {
            throw TestFailure("expected it to be accepted, got \(answer)")
        }
        return standing
    }

    /// Waits until the client has seen that Redis is gone, so that a submission is not handed to a dying connection.
    func waitForLoss() async throws {
        for await state in client.states() where !state.isConnected { return }
    }

    func waitForConnection() async throws {
        for await state in client.states() where state.isConnected { return }
    }

    /// Claims the next job and completes it.
    func completeNext(result: String = "{}") async throws -> JobID {
        let job = try #require(try await queue.claim(from: [.pdf], worker: "w"))
        let answer = try await queue.complete(job.lease, result: Array(result.utf8))
        #expect(answer == .ended(.completed))
        return job.lease.job
    }

    func failNext() async throws -> JobID {
        let job = try #require(try await queue.claim(from: [.pdf], worker: "w"))
        let answer = try await queue.fail(job.lease, JobFailure("out of paper", isRetriable: false))
        #expect(answer == .ended(.failed))
        return job.lease.job
    }

    func standing(_ id: JobID) async throws -> JobStanding? {
        try await desk.jobs([id]).first.flatMap { $0 }
    }
}

/// Submissions to test with.
enum Sample {
    static let now = Timestamp(milliseconds: 1_700_000_000_000)

    static func submission(
        _ number: Int64 = 0,
        key: String? = nil,
        body: UInt8 = 1,
        tenant: String? = nil,
        productID: String? = "invoice",
        callbackURL: String? = nil,
        failureURL: String? = nil
    ) -> JobSubmission {
        JobSubmission(
            payload: Array(#"{"number":\#(number)}"#.utf8),
            tenant: tenant,
            productID: productID,
            code: "C\(number)",
            callbackURL: callbackURL,
            failureURL: failureURL,
            createdAt: now.advanced(byMilliseconds: number),
            idempotency: key.map { IdempotencyKey(key: $0, fingerprint: [UInt8](repeating: body, count: 32)) }
        )
    }
}
