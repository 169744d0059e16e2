import FaultPoints
import Glibc
import ProgramTestSupport
import ReceiverTestSupport
import RedisTestSupport
import Testing

/// One crash from beginning to end: a Redis, a receiver, a relay that is killed, and the reckoning.
final class CrashCase {
    let redis: RedisTestServer
    let receiver: CrashReceiver
    let relay: CrashRelay
    let publisher: Publisher
    private(set) var runs = 0
    private(set) var kills: Set<Int> = []
    /// Attempts that were asked for by a replay.
    var replays: Set<AttemptKey> = []

    var log: ArrivalLog { receiver.log }

    /// - Parameters:
    ///   - data: where the ledger is; a directory of its own when left out.
    ///   - configuration: further lines of Redis' configuration.
    init(receiver: CrashReceiver? = nil, data: String? = nil, configuration: [String] = []) async throws {
        redis = try await RedisTestServer.start(.unix, configuration: ["appendfsync always"] + configuration)
        self.receiver = try receiver ?? CrashReceiver()
        relay = try CrashRelay(redis: redis, receiver: self.receiver, data: data)
        publisher = Publisher(redis: redis)
    }

    /// Starts the next run, which stops at a step.
    func start(fault: FaultPoint, passage: Int = 1) throws -> Program {
        runs += 1
        return try relay.start(run: runs, fault: fault, passage: passage)
    }

    /// Starts the next run, and waits until it is up.
    func startUp(fault: FaultPoint? = nil, launcher: [String] = []) async throws -> Program {
        runs += 1
        return try await relay.startAndWait(run: runs, fault: fault, launcher: launcher)
    }

    /// Publishes, a little ahead of the receiver, until it is cancelled.
    func publishContinuously(window: Int = 200) -> Task<Void, Never> {
        Task { [publisher, log] in await publisher.keepPublishing(window: window, to: log) }
    }

    /// Makes a wish of which nothing is heard, because the run is killed on the way. - Returns: whether it was answered.
    func ask(_ method: String, _ path: String, _ body: String? = nil, of program: Program) -> Task<Bool, Never> {
        Task { [relay] in (try? await relay.call(method, path, body, of: program)) != nil }
    }

    /// Waits until the run stands at its step, and kills it there. - Returns: the ledger as the crash left it.
    func kill(_ program: Program, at point: FaultPoint) async throws -> LedgerSnapshot {
        try await program.waitFor("fault point \(point.rawValue)\n")
        return try await kill(program)
    }

    /// Kills the run. - Returns: the ledger as the crash left it.
    func kill(_ program: Program) async throws -> LedgerSnapshot {
        program.signal(SIGKILL)
        #expect(await program.waitUntilExit() == 128 + SIGKILL)
        kills.insert(runs)
        return try relay.snapshot()
    }

    /// Has so many events delivered and recorded by a run that ends gracefully. - Returns: the ledger after it.
    func delivered(_ count: Int) async throws -> LedgerSnapshot {
        try await publisher.publish(count)
        let program = try await startUp()
        try await log.waitForTaken(count)
        await end(program)
        return try relay.snapshot()
    }

    /// Ends a run gracefully: everything is recorded.
    func end(_ program: Program) async {
        program.signal(SIGTERM)
        #expect(await program.waitUntilExit() == 0, "\(program.output)")
    }

    /// Starts once more, waits until everything that the ledger does not have as delivered has arrived, ends gracefully and reckons up.
    ///
    /// - Parameter crash: the ledger as the last crash left it.
    @discardableResult
    func finish(after crash: LedgerSnapshot) async throws -> CrashAudit {
        let program = try await startUp()
        return try await finish(program, after: crash)
    }

    /// The same with a run that is up already.
    @discardableResult
    func finish(_ program: Program, after crash: LedgerSnapshot) async throws -> CrashAudit {
        let missing = await publisher.published.count { !crash.isDelivered($0) }
        do {
            try await log.waitForTaken(missing, inRun: runs)
        } catch {
            Issue.record("\(error), from:\n\(program.output)")
        }
        await end(program)
        return try await reckon()
    }

    /// Holds log, ledger and Redis against each other once everything has ended.
    ///
    /// - Parameter lostWithRedis: events that only Redis had when it was wiped.
    func reckon(lostWithRedis: Set<CrashEvent> = []) async throws -> CrashAudit {
        let published = await publisher.published.filter { !lostWithRedis.contains($0) }
        let arrivals = log.arrivals
        var audit = CrashAudit(published, arrivals, kills: kills, replays: replays)
        audit.compare(with: try relay.snapshot(), published, arrivals)
        #expect(audit.lost == [])
        #expect(audit.problems == [])
        #expect(try await redis.cli("XLEN", "postback:events") == "0")
        #expect(try await redis.cli("XPENDING", "postback:events", "relay").hasPrefix("0"))
        return audit
    }
}
