import Foundation
import Glibc
import ReceiverTestSupport
import Synchronization

/// A run of the built `postback`, as a person or a service manager would run it.
final class Program: Sendable {
    private struct State {
        var output = ""
        var waiters: [(text: String, count: Int, continuation: CheckedContinuation<Bool, Never>)] = []
        var hasEnded = false
        var exitWaiters: [CheckedContinuation<Void, Never>] = []
    }

    /// The built program stands beside the tests' own executable.
    static let path = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
        .appendingPathComponent("postback").path

    let pid: pid_t
    private let process: Mutex<Process>
    private let state = Mutex(State())

    /// Starts the program. It ends with the tests, however they end.
    init(_ arguments: [String], environment: [String: String] = [:]) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["setpriv", "--pdeathsig", "KILL", "--", Self.path] + arguments
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
    var output: String { state.withLock { $0.output } }

    /// Sends it a signal.
    func signal(_ number: Int32) { kill(pid, number) }

    /// Waits until it has printed a text so many times.
    func waitFor(_ text: String, count: Int = 1, within limit: Duration = .seconds(20)) async throws {
        let found = await withCheckedContinuation { continuation in
            let now: Bool? = state.withLock { state in
                if Self.occurrences(of: text, in: state.output) >= count { return true }
                if state.hasEnded { return false }
                state.waiters.append((text, count, continuation))
                return nil
            }
            if let now { return continuation.resume(returning: now) }
            Task { [weak self] in
                try await Task.sleep(for: limit)
                self?.giveUp(text)
            }
        }
        guard found else {
            throw ProgramError(description: "it did not print \"\(text)\" \(count) times, but:\n\(output)")
        }
    }

    /// Waits until it has ended. - Returns: its exit code, or 128 and the signal that ended it.
    @discardableResult
    func waitUntilExit() async -> Int32 {
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
    static func run(_ arguments: [String], environment: [String: String] = [:]) async throws -> (
        code: Int32, output: String
    ) {
        let program = try Program(arguments, environment: environment)
        let code = await program.waitUntilExit()
        return (code, program.output)
    }

    private func take(_ text: String) {
        let ready = state.withLock { state in
            state.output += text
            let ready = state.waiters.filter { Self.occurrences(of: $0.text, in: state.output) >= $0.count }
            state.waiters.removeAll { Self.occurrences(of: $0.text, in: state.output) >= $0.count }
            return ready
        }
        for waiter in ready { waiter.continuation.resume(returning: true) }
    }

    private func giveUp(_ text: String) {
        let late = state.withLock { state in
            let late = state.waiters.filter { $0.text == text }
            state.waiters.removeAll { $0.text == text }
            return late
        }
        for waiter in late { waiter.continuation.resume(returning: false) }
    }

    private func end() {
        let (waiters, exits) = state.withLock { state in
            state.hasEnded = true
            defer { (state.waiters, state.exitWaiters) = ([], []) }
            return (state.waiters, state.exitWaiters)
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

/// The program did not do what a test waits for.
struct ProgramError: Error, CustomStringConvertible {
    let description: String
}
