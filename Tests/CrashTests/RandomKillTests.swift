import Deliveries
import FaultPoints
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
        var kills: [Int: Moment] = [:]
        for run in 1...Self.kills {
            let moment = Moment(&random)
            let program = try relay.start(run: run, fault: moment.fault, passage: moment.passage, logLevel: "error")
            switch moment.kind {
            case .starting: break
            case .step: try? await program.waitFor("fault point", within: .seconds(2))
            case .working: try await program.waitFor("is up at")
            }
            try await Task.sleep(for: moment.delay)
            program.signal(SIGKILL)
            #expect(await program.waitUntilExit() == 128 + SIGKILL, "run \(run): \(program.output)")
            kills[run] = moment
        }
        load.cancel()
        await load.value

        let left = try relay.snapshot()
        let published = await publisher.published
        let last = Self.kills + 1
        let program = try await relay.startAndWait(run: last)
        try await receiver.log.waitForTaken(
            published.count { !left.isDelivered($0) },
            inRun: last,
            within: .seconds(60)
        )
        program.signal(SIGTERM)
        #expect(await program.waitUntilExit() == 0)

        let arrivals = receiver.log.arrivals
        var audit = CrashAudit(published, arrivals, kills: Set(kills.keys))
        audit.compare(with: try relay.snapshot(), published, arrivals)
        print(
            """
            kills \(Self.kills), at a step \(kills.values.count { $0.kind == .step }), \
            starting \(kills.values.count { $0.kind == .starting }), working \(kills.values.count { $0.kind == .working }), \
            seed \(Self.seed), seconds \((ContinuousClock.now - began).components.seconds), events \(audit.events), \
            requests \(audit.arrivals), turned away \(audit.turnedAway), lost \(audit.lost.count), \
            duplicates \(audit.duplicates), unexplained \(audit.problems.count)
            """
        )
        #expect(audit.lost == [], "seed \(Self.seed)")
        #expect(audit.problems == [], "seed \(Self.seed)")
        #expect(try await redis.cli("XLEN", "postback:events") == "0")
        #expect(try await redis.cli("XPENDING", "postback:events", "relay").hasPrefix("0"))
    }

    /// When a run is killed.
    private struct Moment {
        enum Kind {
            /// Before it is up.
            case starting
            /// At a named step, in the midst of the load.
            case step
            /// At any time.
            case working
        }

        let kind: Kind
        var fault: FaultPoint?
        var passage = 1
        var delay = Duration.zero

        init(_ random: inout SeededGenerator) {
            switch random.fraction() {
            case ..<0.2:
                kind = .starting
                delay = .milliseconds(Int(random.fraction() * 150))
            case ..<0.5:
                kind = .step
                fault = FaultPointTests.again.randomElement(using: &random)
                passage = .random(in: 1...20, using: &random)
            default:
                kind = .working
                delay = .milliseconds(Int(random.fraction() * 500))
            }
        }
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
