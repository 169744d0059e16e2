import Foundation
package import Glibc
import Synchronization

/// A run of the built `postback`, as a person or a service manager would run it.
package final class Program: Sendable {
    private struct State {
        var output = ""
        var nextWaiter = 0
        var waiters: [Int: Waiter] = [:]
        /// The exit code, or 128 and the signal that ended it, once it has been reaped.
        var code: Int32?
        var exitWaiters: [CheckedContinuation<Int32, Never>] = []
    }

    private struct Waiter {
        let text: String
        /// How often the text is still to come.
        var missing: Int
        let continuation: CheckedContinuation<Bool, Never>
    }

    /// The built program stands beside the tests' own executable.
    package static let path = path(of: "postback")

    private static func path(of executable: String) -> String {
        URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent().appendingPathComponent(executable)
            .path
    }

    /// Its process id.
    package let pid: pid_t
    private let state = Mutex(State())

    /// Starts the program. It ends with the tests, however they end.
    ///
    /// - Parameters:
    ///   - executable: another of the package's programs.
    ///   - launcher: a program and its arguments that starts it in its own place, such as one that sets a limit.
    package init(
        _ arguments: [String],
        executable: String = "postback",
        environment: [String: String] = [:],
        launcher: [String] = []
    ) throws {
        var variables = ProcessInfo.processInfo.environment.filter {
            !$0.key.hasPrefix("POSTBACK_") && $0.key != "REDIS_URL"
        }
        variables.merge(environment) { _, new in new }
        let (pid, output) = try SpawnThread.shared.spawn(
            launcher + [Self.path(of: executable)] + arguments,
            environment: variables
        )
        self.pid = pid
        // Written to when it has ended. What it has started may hold its output open for longer.
        let ending = Pipe()
        Thread.detachNewThread {
            // Without reaping, so that its number is not given to another while somebody may still signal it.
            var information = siginfo_t()
            while waitid(P_PID, id_t(pid), &information, WEXITED | WNOWAIT) == -1, errno == EINTR {}
            try? ending.fileHandleForWriting.write(contentsOf: [0])
        }
        Thread.detachNewThread { [weak self] in
            Self.read(output, until: ending.fileHandleForReading) { self?.take($0) }
            // Also when nobody is left who waits.
            guard let self else { return _ = Self.reap(pid) }
            end()
        }
    }

    deinit {
        if state.withLock({ $0.code == nil }) { kill(pid, SIGKILL) }
    }

    /// All it has printed.
    package var output: String { state.withLock { $0.output } }

    /// How often it has printed a text.
    package func count(of text: String) -> Int { Self.occurrences(of: text, in: output) }

    /// Sends it a signal, unless it has ended.
    package func signal(_ number: Int32) {
        state.withLock { state in
            if state.code == nil { kill(pid, number) }
        }
    }

    /// Waits until it was stopped by a signal, its own or another's: a signal to go on that comes before would be lost.
    package func waitUntilStopped() async throws {
        while try !String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8).contains(") T ") {
            try await Task.sleep(for: .milliseconds(2))
        }
    }

    /// Waits until it has printed a text so many times.
    package func waitFor(_ text: String, count: Int = 1, within limit: Duration = .seconds(20)) async throws {
        let found = await withCheckedContinuation { continuation in
            var waiter = 0
            let now: Bool? = state.withLock { state in
                let missing = count - Self.occurrences(of: text, in: state.output)
                if missing <= 0 { return true }
                if state.code != nil { return false }
                state.nextWaiter += 1
                state.waiters[state.nextWaiter] = Waiter(text: text, missing: missing, continuation: continuation)
                waiter = state.nextWaiter
                return nil
            }
            if let now { return continuation.resume(returning: now) }
            Task { [weak self, waiter] in
                try await Task.sleep(for: limit)
                self?.giveUp(waiter)
            }
        }
        guard found else {
            throw ProgramError(description: "it did not print \"\(text)\" \(count) times, but:\n\(output)")
        }
    }

    /// Waits until it has ended. If the waiting task is cancelled, as that of a test whose time is over, it is killed.
    ///
    /// - Returns: its exit code, or 128 and the signal that ended it.
    @discardableResult
    package func waitUntilExit() async -> Int32 {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let code = state.withLock { state in
                    if state.code == nil { state.exitWaiters.append(continuation) }
                    return state.code
                }
                if let code { continuation.resume(returning: code) }
            }
        } onCancel: {
            signal(SIGKILL)
        }
    }

    /// Runs the program to its end.
    package static func run(_ arguments: [String], environment: [String: String] = [:]) async throws -> (
        code: Int32, output: String
    ) {
        let program = try Program(arguments, environment: environment)
        let code = await program.waitUntilExit()
        return (code, program.output)
    }

    private func take(_ text: String) {
        let ready = state.withLock { state in
            // Only what is new is searched, with so much before it as a text that is complete only now may begin in.
            for id in state.waiters.keys {
                guard var waiter = state.waiters[id] else { continue }
                let recent = state.output.suffix(waiter.text.count - 1) + text
                waiter.missing -= Self.occurrences(of: waiter.text, in: String(recent))
                state.waiters[id] = waiter
            }
            state.output += text
            let ready = state.waiters.filter { $0.value.missing <= 0 }
            for id in ready.keys { state.waiters[id] = nil }
            return ready.values
        }
        for waiter in ready { waiter.continuation.resume(returning: true) }
    }

    private func giveUp(_ waiter: Int) {
        let late = state.withLock { $0.waiters.removeValue(forKey: waiter) }
        late?.continuation.resume(returning: false)
    }

    private func end() {
        let (code, waiters, exits) = state.withLock { state in
            let code = Self.reap(pid)
            state.code = code
            defer { (state.waiters, state.exitWaiters) = ([:], []) }
            return (code, state.waiters.values, state.exitWaiters)
        }
        for waiter in waiters { waiter.continuation.resume(returning: false) }
        for exit in exits { exit.resume(returning: code) }
    }

    /// The exit code of a process that has ended, or 128 and the signal.
    private static func reap(_ pid: pid_t) -> Int32 {
        var status: Int32 = 0
        while waitpid(pid, &status, 0) == -1, errno == EINTR {}
        let signal = status & 0x7F
        return signal == 0 ? status >> 8 & 0xFF : 128 + signal
    }

    /// Hands on what is written, until there is something in `ending` and nothing left here.
    private static func read(_ output: FileHandle, until ending: FileHandle, _ take: (String) -> Void) {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        var isOpen = true
        while true {
            var polled = [
                pollfd(fd: isOpen ? output.fileDescriptor : -1, events: Int16(POLLIN), revents: 0),
                pollfd(fd: ending.fileDescriptor, events: Int16(POLLIN), revents: 0),
            ]
            guard poll(&polled, 2, -1) > 0 else { continue }
            if polled[0].revents != 0 {
                let count = Glibc.read(output.fileDescriptor, &buffer, buffer.count)
                if count > 0 { take(String(decoding: buffer[..<count], as: UTF8.self)) } else { isOpen = false }
            } else if polled[1].revents != 0 {
                return
            }
        }
    }

    private static func occurrences(of text: String, in output: String) -> Int {
        output.components(separatedBy: text).count - 1
    }
}
