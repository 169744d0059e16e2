import FaultPoints
import Foundation
import Glibc
import ProgramTestSupport
import ReceiverTestSupport
import RedisTestSupport
import Testing

/// Redis dies, forgets, refuses and fills up under a relay that goes on without a restart. Readiness tells it, the log says it in one
/// line for each change, and nothing is lost that Redis had answered for and still had.
@Suite("When Redis fails", .timeLimit(.minutes(3)))
struct RedisFaultTests {
    @Test("It is killed and started again, three times, under load")
    func killed() async throws {
        let world = try await RedisFaultWorld()
        for _ in 0..<3 {
            try await world.suffer("stream: ") {
                await world.redis.kill9()
            } until: {
                try await world.redis.restart()
            }
        }
        try await world.finish()
    }

    @Test("While it is away, what is in the ledger is delivered")
    func away() async throws {
        let crash = try await CrashCase()
        try await crash.publisher.publish(200)
        let program = try crash.start(fault: .intakeAcknowledged)
        try await program.waitFor("fault point")
        try await program.waitUntilStopped()
        await crash.redis.kill9()
        program.signal(SIGCONT)
        try await crash.log.waitForTaken(200)
        try await crash.redis.restart()
        try await program.waitFor("Reading the stream")
        await crash.end(program)
        let audit = try await crash.reckon()
        #expect(audit.duplicates == 0)
    }

    @Test("It is stopped and started again under load")
    func restarted() async throws {
        let world = try await RedisFaultWorld()
        try await world.suffer("stream: ") {
            await world.redis.stop()
        } until: {
            try await world.redis.restart()
        }
        try await world.finish()
    }

    @Test("It has become a replica of a primary that is gone")
    func readOnly() async throws {
        let world = try await RedisFaultWorld()
        try await world.suffer("READONLY") {
            try await world.redis.cli("REPLICAOF", "127.0.0.1", "1")
        } until: {
            try await world.redis.cli("REPLICAOF", "NO", "ONE")
        }
        try await world.finish()
    }

    @Test("It has too few replicas to take writes")
    func tooFewReplicas() async throws {
        let world = try await RedisFaultWorld()
        try await world.suffer("NOREPLICAS") {
            try await world.redis.cli("CONFIG", "SET", "min-replicas-to-write", "1")
        } until: {
            try await world.redis.cli("CONFIG", "SET", "min-replicas-to-write", "0")
        }
        try await world.finish()
    }

    @Test("It cannot write its snapshot")
    func cannotPersist() async throws {
        let world = try await RedisFaultWorld(configuration: ["save 3600 1"])
        // A directory where the snapshot goes stops even a server of root's.
        let obstacle = world.redis.directory + "/dump.rdb"
        try await world.suffer("MISCONF") {
            try FileManager.default.createDirectory(atPath: obstacle, withIntermediateDirectories: false)
            try await world.redis.cli("BGSAVE")
        } until: {
            try FileManager.default.removeItem(atPath: obstacle)
            try await world.redis.cli("BGSAVE")
        }
        try await world.finish()
    }

    @Test(
        "It is out of memory: what the relay takes makes room, whether it runs or is started only now",
        arguments: [true, false]
    )
    func outOfMemory(isRunning: Bool) async throws {
        let crash = try await CrashCase()
        var program = try await crash.startUp()
        try await program.waitFor("Made the consumer group")
        program.signal(SIGSTOP)
        if !isRunning { _ = try await crash.kill(program) }
        try await crash.redis.cli("CONFIG", "SET", "maxmemory", "2mb")
        let load = crash.publishContinuously(window: 100_000)
        try await crash.publisher.refusals.wait(for: 1)
        let full = await crash.publisher.published.count
        if isRunning {
            program.signal(SIGCONT)
        } else {
            program = try await crash.startUp()
        }
        do {
            // The publisher is waiting for room: more than was there arrives only if there is some again.
            try await crash.log.waitForTaken(full + 100)
        } catch {
            Issue.record("\(error), from:\n\(program.output.suffix(4000))")
            try await crash.redis.cli("CONFIG", "SET", "maxmemory", "0")
        }
        load.cancel()
        await load.value
        try await crash.log.waitForTaken(await crash.publisher.published.count)
        await crash.end(program)
        let audit = try await crash.reckon()
        #expect(audit.duplicates == 0)
    }

    @Test("It is wiped: what was admitted arrives, and what only Redis had is all that is lost")
    func wiped() async throws {
        let crash = try await CrashCase()
        try await crash.publisher.publish(200)
        let program = try crash.start(fault: .intakeAnnounced)
        try await program.waitFor("fault point")
        try await program.waitUntilStopped()
        let pending = try crash.relay.snapshot().statuses
        #expect(pending.count == 200)
        #expect(pending.values.contains("pending"))
        // The relay stands still: nobody but Redis has these.
        try await crash.publisher.publish(50)
        try await crash.redis.cli("FLUSHALL")
        let lost = await crash.publisher.published.suffix(50)
        try await crash.publisher.publish(20)
        program.signal(SIGCONT)
        try await crash.log.waitForTaken(220)
        // And once more, while it waits for entries.
        try await crash.redis.cli("FLUSHALL")
        try await crash.publisher.publish(20)
        try await crash.log.waitForTaken(240)
        await crash.end(program)
        let audit = try await crash.reckon(lostWithRedis: Set(lost))
        #expect(audit.duplicates == 0)
    }
}
