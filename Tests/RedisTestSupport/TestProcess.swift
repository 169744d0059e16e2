import Foundation
import Glibc
import ProgramTestSupport
import Synchronization

/// A child process and what it has written. It is always reaped.
final class TestProcess: Sendable {
    private struct State {
        var output = ""
        var exitStatus: Int32?
        var awaited: [(text: String, continuation: CheckedContinuation<Bool, Never>)] = []
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private let pid: pid_t
    private let state = Mutex(State())
    private let exited = DispatchSemaphore(value: 0)

    /// Starts a program, found by the `PATH`; it dies with this process.
    static func start(_ arguments: [String]) async throws -> TestProcess {
        let (pid, output) = try SpawnThread.shared.spawn(arguments)
        let process = TestProcess(pid: pid)
        // A thread of its own, as reading blocks for as long as the process lives.
        Thread.detachNewThread { process.readAll(output) }
        return process
    }

    /// Runs a program to its end.
    ///
    /// - Returns: What it has written.
    /// - Throws: If it ends with any status but 0.
    static func run(_ arguments: [String]) async throws -> String {
        let process = try await start(arguments)
        await process.waitForExit()
        let (status, output) = process.state.withLock { ($0.exitStatus, $0.output) }
        guard status == 0 else { throw RedisTestError("\(arguments) failed: \(output)") }
        return output
    }

    private init(pid: pid_t) {
        self.pid = pid
    }

    /// Everything it has written so far.
    var output: String { state.withLock { $0.output } }

    /// Waits until it has written `text`.
    ///
    /// - Returns: `false` if it has ended without.
    func waitForOutput(_ text: String) async -> Bool {
        await withCheckedContinuation { continuation in
            let answer: Bool? = state.withLock { state in
                if state.output.contains(text) { return true }
                if state.exitStatus != nil { return false }
                state.awaited.append((text, continuation))
                return nil
            }
            if let answer { continuation.resume(returning: answer) }
        }
    }

    func waitForExit() async {
        await withCheckedContinuation { continuation in
            let isOver = state.withLock { state in
                if state.exitStatus == nil { state.waiting.append(continuation) }
                return state.exitStatus != nil
            }
            if isOver { continuation.resume() }
        }
    }

    /// The same for a `deinit`, which cannot suspend. To be used once, after a signal that ends the process.
    func waitForExitBlocking() { _ = exited.wait(timeout: .now() + 5) }

    /// Sends a signal, unless the process has been reaped, when its number may be another's.
    func signal(_ number: Int32) {
        state.withLock { state in
            if state.exitStatus == nil { kill(pid, number) }
        }
    }

    private func readAll(_ handle: FileHandle) {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = read(handle.fileDescriptor, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { break }
            let text = String(decoding: buffer[..<count], as: UTF8.self)
            let found = state.withLock { state in
                state.output += text
                let output = state.output
                let found = state.awaited.filter { output.contains($0.text) }
                state.awaited.removeAll { output.contains($0.text) }
                return found
            }
            for awaited in found { awaited.continuation.resume(returning: true) }
        }
        // Wait without reaping first, so that the lock is held only for an instant.
        var information = siginfo_t()
        while waitid(P_PID, id_t(pid), &information, WEXITED | WNOWAIT) == -1, errno == EINTR {}
        let (awaited, waiting) = state.withLock { state in
            var status: Int32 = 0
            while waitpid(pid, &status, 0) == -1, errno == EINTR {}
            state.exitStatus = status
            defer { (state.awaited, state.waiting) = ([], []) }
            return (state.awaited, state.waiting)
        }
        for awaited in awaited { awaited.continuation.resume(returning: false) }
        for continuation in waiting { continuation.resume() }
        exited.signal()
    }
}
