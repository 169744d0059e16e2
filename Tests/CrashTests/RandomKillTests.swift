import Deliveries
import Foundation
import Glibc
import ProgramTestSupport
import ReceiverTestSupport
import RedisTestSupport
import Testing

/// Killed with `kill -9` over and over, at random moments and at named steps, while a publisher keeps publishing and the receiver refuses, drops and
/// dawdles.
///
/// `POSTBACK_CRASH_KILLS` says how often (50), `POSTBACK_CRASH_SEED` draws the moments again; `deploy/crash-matrix` is the long form.
@Suite("Killed at random under load", .timeLimit(.minutes(30)))
struct RandomKillTests {
    private static let environment = ProcessInfo.processInfo.environment
    private static let kills = environment["POSTBACK_CRASH_KILLS"].flatMap { Int($0) } ?? 50
    private static let seed = environment["POSTBACK_CRASH_SEED"].flatMap { UInt64($0) } ?? .random(in: 0...999_999)

    @Test("Nothing is lost, and what comes twice was out when the process was killed")
    func survivesKills() async throws {
        let receiver = try CrashReceiver { event, attempt, _ in Self.treatment(of: event, attempt) }
        let redis = try await RedisTestServer.start(.unix, configuration: ["appendfsync always"])
        let relay = try CrashRelay(redis: redis, receiver: receiver)
        let publisher = Publisher(redis: redis, callback: receiver.url("/callback"))
        let load = Task { await publisher.keepPublishing(window: 300, to: receiver.log) }
        var random = SeededGenerator(seed: Self.seed)
        let began = ContinuousClock.now
        var kills: [Int: KillMoment] = [:]
        var run = 1
        while kills.count < Self.kills {
            let moment = KillMoment(&random)
            let program = try relay.start(run: run, fault: moment.fault, passage: moment.passage, logLevel: "error")
            switch moment.kind {
            case .starting: break
            case .step: try? await program.waitFor("fault point", within: .seconds(2))
            case .working, .stopping: try await program.waitFor("is up at")
            }
            try await Task.sleep(for: moment.delay)
            if moment.kind == .stopping {
                program.signal(SIGTERM)
                try await Task.sleep(for: moment.stopping)
            }
            program.signal(SIGKILL)
            switch await program.waitUntilExit() {
            case 128 + SIGKILL: kills[run] = moment
            // It had stopped by then, in good order: nothing of it may come again.
            case 0 where moment.kind == .stopping: break
            case let code: Issue.record("run \(run) ended with \(code), seed \(Self.seed): \(program.output)")
            }
            run += 1
        }
        load.cancel()
        await load.value

        let left = try relay.snapshot()
        let published = await publisher.published
        let program = try await relay.startAndWait(run: run)
        try await receiver.log.waitForTaken(
            published.count { !left.isDelivered($0) },
            inRun: run,
            within: .seconds(60)
        )
        program.signal(SIGTERM)
        #expect(await program.waitUntilExit() == 0)

        let arrivals = receiver.log.arrivals
        var audit = CrashAudit(published, arrivals, kills: Set(kills.keys))
        audit.compare(with: try relay.snapshot(), published, arrivals)
        let kinds = KillMoment.Kind.allCases.map { kind in "\(kind.rawValue) \(kills.values.count { $0.kind == kind })"
        }
        // Read by deploy/crash-matrix.
        print(
            """
            kills \(kills.count), \(kinds.joined(separator: ", ")), seed \(Self.seed), \
            seconds \((ContinuousClock.now - began).components.seconds), events \(audit.events), \
            requests \(audit.arrivals), turned away \(audit.turnedAway), lost \(audit.lost.count), \
            duplicates \(audit.duplicates), unexplained \(audit.problems.count)
            """
        )
        #expect(audit.lost == [], "seed \(Self.seed)")
        #expect(audit.problems == [], "seed \(Self.seed)")
        #expect(try await redis.cli("XLEN", "postback:events") == "0")
        #expect(try await redis.cli("XPENDING", "postback:events", "relay").hasPrefix("0"))
    }

    /// One attempt in ten is refused, one in twenty dropped; one in ten has to wait for its answer. The same attempt is always treated
    /// alike.
    private static func treatment(of event: String, _ attempt: Int) -> Arrival.Treatment {
        var random = SeededGenerator(seed: event.utf8.reduce(UInt64(attempt)) { $0 &* 31 &+ UInt64($1) })
        let fraction = random.fraction()
        if random.fraction() < 0.1 { usleep(50_000) }
        return fraction < 0.1 ? .refused : fraction < 0.15 ? .dropped : .taken
    }
}
