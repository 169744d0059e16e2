package import Foundation
import Glibc
import Synchronization

/// The one thread that starts child processes.
///
/// A child is asked to die with its parent, and the kernel takes that to be the thread that started it. The threads of
/// the cooperative pool come and go, so the children are started by one that stays.
package final class SpawnThread: Sendable {
    /// The thread.
    package static let shared = SpawnThread()

    private let jobs = Mutex<[@Sendable () -> Void]>([])
    private let available = DispatchSemaphore(value: 0)

    private init() {
        Thread.detachNewThread { [self] in
            while true {
                available.wait()
                jobs.withLock { $0.isEmpty ? nil : $0.removeFirst() }?()
            }
        }
    }

    /// Starts a program, found by the `PATH`, whose standard output and error go to a new pipe.
    ///
    /// - Parameter environment: `nil`: that of this process.
    package func spawn(
        _ arguments: [String],
        environment: [String: String]? = nil
    ) throws -> (pid: pid_t, output: FileHandle) {
        let result = Mutex<Result<(pid: pid_t, output: FileHandle), any Error>?>(nil)
        let isDone = DispatchSemaphore(value: 0)
        jobs.withLock { jobs in
            jobs.append {
                let started = Result { try Self.start(arguments, environment ?? ProcessInfo.processInfo.environment) }
                result.withLock { $0 = started }
                isDone.signal()
            }
        }
        available.signal()
        isDone.wait()
        guard let result = result.withLock({ $0 }) else { throw ProgramError(description: "nothing was started") }
        return try result.get()
    }

    private static func start(
        _ arguments: [String],
        _ environment: [String: String]
    ) throws -> (pid: pid_t, output: FileHandle) {
        // The kernel kills the child when this process dies, however that comes about.
        let arguments = ["setpriv", "--pdeathsig", "KILL", "--"] + arguments
        let pipe = Pipe()
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_adddup2(&actions, pipe.fileHandleForWriting.fileDescriptor, STDOUT_FILENO)
        posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO)
        // A child that held a copy of a test's socket would keep it open after the test has closed it.
        for descriptor in try openDescriptors() where descriptor > STDERR_FILENO {
            posix_spawn_file_actions_addclose(&actions, descriptor)
        }

        // The threads that this one may descend from block most signals, SIGTERM among them.
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))

        var copies = arguments.map { strdup($0) } + [nil]
        var variables = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { for copy in copies + variables { free(copy) } }
        var pid: pid_t = 0
        let status = posix_spawnp(&pid, "setpriv", &actions, &attributes, &copies, &variables)
        try pipe.fileHandleForWriting.close()
        guard status == 0 else {
            throw ProgramError(description: "cannot start \(arguments): \(String(cString: strerror(status)))")
        }
        return (pid, pipe.fileHandleForReading)
    }

    /// One that closes before the child starts does no harm.
    private static func openDescriptors() throws -> [Int32] {
        try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").compactMap { Int32($0) }
    }
}
