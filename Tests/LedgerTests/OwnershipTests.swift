import Foundation
import Ledger
import LedgerConformance
import Testing

@Suite("SQLite ledger: ownership")
struct OwnershipTests {
    @Test("a second relay is refused, and told who the first one is")
    func secondOwner() async throws {
        try await withLedger { _, directory in
            let refusal = await error { _ = try await SQLiteLedger.open(directory: directory.path) }
            #expect(refusal?.code == .owned)
            #expect(refusal?.isRetriable == false)
            let expected = "\(directory.database) is in use by another relay (pid \(getpid()))"
            #expect(refusal?.message == expected)
        }
    }

    @Test("a closed ledger can be opened by the next relay, and has what it had")
    func reopen() async throws {
        let directory = try TemporaryDirectory()
        let first = try await SQLiteLedger.open(directory: directory.path)
        try await first.add(Sample.delivery(1))
        try await first.close()
        let second = try await SQLiteLedger.open(directory: directory.path)
        #expect(try await second.totals().pending == 1)
        try await second.close()
    }

    @Test("a ledger that is let go without being closed gives up ownership")
    func letGo() async throws {
        let directory = try TemporaryDirectory()
        do {
            let first = try await SQLiteLedger.open(directory: directory.path)
            try await first.add(Sample.delivery(1))
        }
        let second = try await SQLiteLedger.open(directory: directory.path)
        #expect(try await second.totals().pending == 1)
        try await second.close()
    }

    @Test("another process keeps a relay out until it is killed")
    func killedOwner() async throws {
        let directory = try TemporaryDirectory()
        let owner = try await LockingProcess(lock: directory.database + ".lock")
        let refusal = await error { _ = try await SQLiteLedger.open(directory: directory.path) }
        #expect(refusal?.code == .owned)
        #expect(refusal?.message.hasSuffix("(pid \(owner.id))") == true)
        await owner.kill()
        let ledger = try await SQLiteLedger.open(directory: directory.path)
        try await ledger.close()
    }

    @Test("other processes may read beside the owner, and only read")
    func readers() async throws {
        try await withLedger { ledger, directory in
            try await ledger.add(Sample.delivery(1))
            let reader = try await SQLiteLedger.open(directory: directory.path, readOnly: true)
            #expect(try await reader.totals().pending == 1)
            try await ledger.add(Sample.delivery(2))
            #expect(try await reader.totals().pending == 2)
            let refusal = await error { _ = try await reader.admit([.delivery(Sample.delivery(3))]) }
            #expect(refusal?.code == .inaccessible)
            try await reader.close()
            #expect(try await ledger.totals().pending == 2)
        }
    }

    @Test("a ledger without a relay can be read")
    func readAlone() async throws {
        let directory = try TemporaryDirectory()
        let ledger = try await SQLiteLedger.open(directory: directory.path)
        try await ledger.add(Sample.delivery(1))
        try await ledger.close()
        let reader = try await SQLiteLedger.open(directory: directory.path, readOnly: true)
        #expect(try await reader.totals().pending == 1)
        try await reader.close()
    }

    @Test("reading makes no ledger where there is none")
    func readNothing() async throws {
        let directory = try TemporaryDirectory()
        let refusal = await error { _ = try await SQLiteLedger.open(directory: directory.path, readOnly: true) }
        #expect(refusal?.code == .inaccessible)
        #expect(try FileManager.default.contentsOfDirectory(atPath: directory.path) == [])
    }
}

/// A process that holds the lock of a ledger as a relay does, made of the tools of the system.
private struct LockingProcess {
    private let process: Process
    // Kept open: the process ends when its input does.
    private let input: Pipe

    var id: Int32 { process.processIdentifier }

    /// Returns once the lock is held.
    init(lock: String) async throws {
        let (process, input, output) = (Process(), Pipe(), Pipe())
        process.executableURL = URL(fileURLWithPath: "/usr/bin/flock")
        process.arguments = [
            "--no-fork", "--exclusive", lock, "/bin/sh", "-c", "echo $$ > \"$0\"; echo ready; exec cat", lock,
        ]
        process.standardInput = input
        process.standardOutput = output
        try process.run()
        (self.process, self.input) = (process, input)
        await withCheckedContinuation { continuation in
            DispatchQueue.global().async {
                _ = output.fileHandleForReading.availableData
                continuation.resume()
            }
        }
    }

    /// Kills the process without a chance to tidy up; returns once it is gone.
    func kill() async {
        Foundation.kill(id, SIGKILL)
        await withCheckedContinuation { continuation in
            DispatchQueue.global().async { [process] in
                process.waitUntilExit()
                continuation.resume()
            }
        }
    }
}
