import Foundation
package import Glibc
import Synchronization

/// A run of the built `postback`, as a person or a service manager would run it.
package final class Program: Sendable {
    private struct State {
        var output = ""
        var nextWaiter = 0
        var waiters: [Int: Waiter] = [:]
        var hasEnded = false
        var exitWaiters: [CheckedContinuation<Void, Never>] = []
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
    private let process: Mutex<Process>
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
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments =
            ["setpriv", "--pdeathsig", "KILL", "--"] + launcher + [Self.path(of: executable)]
            + arguments
        var inherited = ProcessInfo.processInfo.environment.filter {
            !$0.key.hasPrefix("POSTBACK_") && $0.key != "REDIS_URL"
        }
        inherited.merge(environment) { _, new in new }
        process.environment = inherited
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = pipe
        process.standardInput = FileHandle.nullDevice
        self.process = Mutex(process)
        // The parent of a death signal is a thread: this one stays for as long as the process does.
        let started = DispatchSemaphore(value: 0)
        let failure = Mutex<(any Error)?>(nil)
        let identifier = Mutex<pid_t>(0)
        let ended = Ended()
        Thread.detachNewThread {
            do {
                try process.run()
                identifier.withLock { $0 = process.processIdentifier }
            } catch {
                failure.withLock { $0 = error }
            }
            started.signal()
            if process.isRunning { process.waitUntilExit() }
            ended.signal()
        }
        started.wait()
        if let error = failure.withLock({ $0 }) { throw error }
        pid = identifier.withLock { $0 }
        let handle = pipe.fileHandleForReading
        Thread.detachNewThread { [weak self] in
            while case let data = handle.availableData, !data.isEmpty {
                self?.take(String(decoding: data, as: UTF8.self))
            }
            ended.wait()
            self?.end()
        }
    }

    deinit {
        if !state.withLock({ $0.hasEnded }) { kill(pid, SIGKILL) }
    }

    /// All it has printed.
    package var output: String { state.withLock { $0.output } }

    /// How often it has printed a text.
    package func count(of text: String) -> Int { Self.occurrences(of: text, in: output) }

    /// Sends it a signal.
    package func signal(_ number: Int32) { kill(pid, number) }

    /// Waits until it has printed a text so many times.
    package func waitFor(_ text: String, count: Int = 1, within limit: Duration = .seconds(20)) async throws {
        let found = await withCheckedContinuation { continuation in
            var waiter = 0
            let now: Bool? = state.withLock { state in
                let missing = count - Self.occurrences(of: text, in: state.output)
                if missing <= 0 { return true }
                if state.hasEnded { return false }
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

    /// Waits until it has ended. - Returns: its exit code, or 128 and the signal that ended it.
    @discardableResult
    package func waitUntilExit() async -> Int32 {
        await withCheckedContinuation { continuation in
            let hasEnded = state.withLock { state in
                if !state.hasEnded { state.exitWaiters.append(continuation) }
                return state.hasEnded
            }
            if hasEnded { continuation.resume() }
        }
        return process.withLock {
            $0.terminationReason == .uncaughtSignal ? 128 + $0.terminationStatus : $0.terminationStatus
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
        let (waiters, exits) = state.withLock { state in
            state.hasEnded = true
            defer { (state.waiters, state.exitWaiters) = ([:], []) }
            return (state.waiters.values, state.exitWaiters)
        }
        for waiter in waiters { waiter.continuation.resume(returning: false) }
        for exit in exits { exit.resume() }
    }

    private static func occurrences(of text: String, in output: String) -> Int {
        output.components(separatedBy: text).count - 1
    }

    /// Tells one thread that another has seen the end.
    private final class Ended: Sendable {
        private let semaphore = DispatchSemaphore(value: 0)
        func signal() { semaphore.signal() }
        func wait() { semaphore.wait() }
    }
}
