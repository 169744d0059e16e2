import Glibc
import ProgramTestSupport
import ReceiverTestSupport
import RedisTestSupport
import Testing

/// The ledger's disk is full: nothing is acknowledged, health says why, and once there is room everything arrives.
@Suite("When the ledger's disk is full", .timeLimit(.minutes(3)))
struct DiskFullTests {
    @Test("Under load, and freed again, without a restart", arguments: SmallDisk.Kind.available)
    func goesOn(kind: SmallDisk.Kind) async throws {
        let disk = try SmallDisk(kind)
        let crash = try await CrashCase(data: disk.path)
        let program = try await crash.startUp(launcher: disk.launcher)
        let load = crash.publishContinuously()
        try await crash.log.waitForTaken(200)

        try disk.fill(program)
        try await program.waitFor("The ledger takes no writes")
        let (status, body) = try await crash.relay.call("GET", "/readyz", of: program)
        #expect(status == 503)
        #expect(body.contains("ledger: "), "\(body)")
        // The publisher is not held up by it.
        try await crash.publisher.publish(100)
        #expect(try await crash.redis.cli("XLEN", "postback:events") != "0")

        try disk.free(program)
        try await program.waitFor("The ledger takes writes again")
        try await crash.log.waitForTaken(crash.log.takenEvents + 200)
        #expect(try await crash.relay.call("GET", "/readyz", of: program).status == 200)
        load.cancel()
        await load.value
        try await crash.log.waitForTaken(await crash.publisher.published.count)
        await crash.end(program)
        let audit = try await crash.reckon()
        #expect(audit.duplicates == 0)
        #expect(program.count(of: "The ledger takes no writes") <= 20, "\(program.output)")
    }

    @Test("Killed while it is full, and started again before there is room", arguments: SmallDisk.Kind.available)
    func killedWhileFull(kind: SmallDisk.Kind) async throws {
        let disk = try SmallDisk(kind)
        let crash = try await CrashCase(data: disk.path)
        let program = try await crash.startUp(launcher: disk.launcher)
        let load = crash.publishContinuously()
        try await crash.log.waitForTaken(200)
        try disk.fill(program)
        try await program.waitFor("The ledger takes no writes")
        load.cancel()
        await load.value

        let left = try await crash.kill(program)
        // Every event is in the ledger or still in Redis.
        let entries = try await crash.redis.cli("XRANGE", "postback:events", "-", "+")
        let inRedis = Set(entries.split(separator: "\n").map(String.init))
        let nowhere = await crash.publisher.published.filter { left.statuses[$0.id] == nil && !inRedis.contains($0.id) }
        #expect(nowhere.isEmpty)

        let second = try await crash.startUp()
        if kind == .fileSystem {
            // It is still full, and the relay is there all the same.
            try await second.waitFor("The ledger takes no writes")
            #expect(second.output.contains("No space left on device"))
            #expect(!second.output.contains("CommandFailure"))
            try disk.free(second)
        }
        try await crash.finish(second, after: left)
    }
}
