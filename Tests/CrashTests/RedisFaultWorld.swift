import Glibc
import ProgramTestSupport
import RedisTestSupport
import Testing

/// A relay that runs under load and is not restarted, while its Redis fails and heals.
final class RedisFaultWorld {
    private let crash: CrashCase
    private let program: Program
    private let load: Task<Void, Never>
    private var outages = 0

    /// - Parameter configuration: further lines of Redis' configuration.
    init(configuration: [String] = []) async throws {
        crash = try await CrashCase(configuration: configuration)
        program = try await crash.startUp()
        load = crash.publishContinuously()
    }

    var redis: RedisTestServer { crash.redis }

    deinit {
        load.cancel()
    }

    /// Waits until a good number of further events has arrived.
    private func waitForProgress() async throws {
        do {
            try await crash.log.waitForTaken(crash.log.takenEvents + 250)
        } catch {
            throw ProgramError(description: "\(error), from:\n\(program.output.suffix(4000))")
        }
    }

    /// Breaks Redis, waits until the relay has noticed, mends Redis, and waits until the relay goes on. Checks that it says both.
    ///
    /// - Parameter reason: part of what readiness must say meanwhile.
    func suffer(_ reason: String, from fault: () async throws -> Void, until heal: () async throws -> Void) async throws
    {
        try await waitForProgress()
        let (troubles, recoveries) = (program.count(of: Self.trouble), program.count(of: Self.recovery))
        let refusals = program.count(of: Self.refusal)
        outages += 1
        try await fault()
        // At once, and not only when somebody has waited in vain for a connection.
        try await waitForReadiness(503, saying: reason, within: .seconds(4))
        try await heal()
        try await waitForProgress()
        // Events are read over a connection of their own; the one for everything else follows, a moment later after a few outages.
        try await waitForReadiness(200, within: .seconds(6))
        // A read that waits for entries is not refused: then it was the acknowledging that was.
        if program.count(of: Self.trouble) > troubles {
            try await program.waitFor(Self.recovery, count: recoveries + 1)
        } else {
            #expect(program.count(of: Self.refusal) > refusals, "\(program.output.suffix(4000))")
        }
    }

    private func waitForReadiness(_ status: Int, saying reason: String = "", within limit: Duration) async throws {
        let deadline = ContinuousClock.now + limit
        while true {
            let answer = try await crash.relay.call("GET", "/readyz", of: program)
            if answer.status == status, reason.isEmpty || answer.body.contains(reason) { return }
            guard ContinuousClock.now < deadline else {
                throw ProgramError(description: "not \(status) but \(answer), from:\n\(program.output.suffix(4000))")
            }
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    /// Ends everything and reckons up.
    func finish() async throws {
        load.cancel()
        await load.value
        try await crash.log.waitForTaken(await crash.publisher.published.count)
        await crash.end(program)
        let audit = try await crash.reckon()
        #expect(audit.duplicates == 0)
        // One line for each change: while it lasts, the reason may become another one.
        #expect(program.count(of: Self.trouble) <= max(1, outages) * 4, "\(program.output)")
    }

    private static let trouble = "Cannot read the stream"
    private static let recovery = "Reading the stream"
    private static let refusal = "Cannot acknowledge entries"
}
