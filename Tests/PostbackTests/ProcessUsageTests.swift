import Foundation
import JobQueue
import Testing

@testable import Postback

@Suite(.timeLimit(.minutes(1))) struct ProcessUsageTests {
    @Test func `a process whose name holds brackets and blanks is read right`() throws {
        let text =
            "42 (a) b (c) S 7 42 42 0 -1 4194304 1 2 3 4 100 20 30 4 20 0 1 0 55 1000000 250 18446744073709551615 1 1"
        let status = try #require(ProcessStatus(42, text))
        #expect(status.parent == 7 && status.ticks == 120 && status.ticksOfEnded == 34)
        #expect(ProcessStatus(42, "42 (a) S 7") == nil)
        #expect(ProcessStatus(42, "") == nil)
    }

    @Test func `what a helper and its children take is counted, and what others take is not`() async throws {
        // A helper that waits for a child which holds 50 MB, says when it does, and ends with its input.
        let program = """
            import os, sys
            if os.fork() == 0:
                held = bytearray(b"x" * 50_000_000)
                print(1, flush=True)
                sys.stdin.read()
                os._exit(0)
            os.wait()
            """
        let helper = Process()
        helper.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        helper.arguments = ["python3", "-c", program]
        let (input, output) = (Pipe(), Pipe())
        helper.standardInput = input
        helper.standardOutput = output
        let (ends, ended) = AsyncStream.makeStream(of: Void.self)
        helper.terminationHandler = { _ in ended.finish() }
        try helper.run()
        _ = output.fileHandleForReading.availableData
        let id = helper.processIdentifier
        let alone = try #require(await ProcessUsage(helper: { nil }).current())
        let both = try #require(await ProcessUsage(helper: { id }).current())
        #expect(alone.memoryBytes > 1_000_000)
        #expect(both.memoryBytes > alone.memoryBytes + 40_000_000)
        #expect(both.processorMilliseconds >= alone.processorMilliseconds)
        // One that has gone is no trouble.
        #expect(await ProcessUsage(helper: { Int32.max }).current() != nil)
        try input.fileHandleForWriting.close()
        for await _ in ends {}
    }
}
