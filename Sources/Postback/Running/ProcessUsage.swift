import Dispatch
import Foundation
import JobQueue
import Synchronization

/// What this process and a program that works for it take of the machine, from `/proc` (proc(5)).
///
/// Memory is each process' share of what it has: children share most of theirs with whom they were forked from.
final class ProcessUsage: Sendable {
    /// `/proc` of a large machine is long: it is not read for each of many questions.
    private static let lifetime = Duration.seconds(5)

    /// The process that works for this one, if there is one now.
    private let helper: @Sendable () -> Int32?
    private let latest = Mutex<(usage: WorkerUsage, at: ContinuousClock.Instant)?>(nil)

    init(helper: @escaping @Sendable () -> Int32?) {
        self.helper = helper
    }

    /// What is taken now, or was seconds ago; `nil` where `/proc` does not tell.
    func current() async -> WorkerUsage? {
        if let latest = latest.withLock({ $0 }), .now - latest.at < Self.lifetime { return latest.usage }
        let helper = helper()
        // Files, though of the kernel: not on the threads that everything else runs on.
        let usage = await withCheckedContinuation { continuation in
            DispatchQueue.global(qos: .utility).async { continuation.resume(returning: Self.read(helper)) }
        }
        if let usage { latest.withLock { $0 = (usage, .now) } }
        return usage
    }

    private static func read(_ helper: Int32?) -> WorkerUsage? {
        guard let own = ProcessStatus(getpid()) else { return nil }
        var ticks = own.ticks + own.ticksOfEnded
        var memory = Self.memory(of: own.id)
        if let helper, let status = ProcessStatus(helper) {
            ticks += status.ticks + status.ticksOfEnded
            memory += Self.memory(of: helper)
            let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
            for child in names.lazy.compactMap({ Int32($0) }).compactMap(ProcessStatus.init)
            where child.parent == helper {
                ticks += child.ticks + child.ticksOfEnded
                memory += Self.memory(of: child.id)
            }
        }
        let perSecond = Int64(max(sysconf(Int32(_SC_CLK_TCK)), 1))
        return WorkerUsage(processorMilliseconds: ticks * 1000 / perSecond, memoryBytes: memory)
    }

    /// The share in bytes; what is resident where the share is not told.
    private static func memory(of process: Int32) -> Int64 {
        if let text = try? String(contentsOfFile: "/proc/\(process)/smaps_rollup", encoding: .utf8),
            let line = text.split(separator: "\n").first(where: { $0.hasPrefix("Pss:") }),
            let kilobytes = line.split(separator: " ").dropFirst().first.flatMap({ Int64($0) })
        {
            return kilobytes << 10
        }
        guard let text = try? String(contentsOfFile: "/proc/\(process)/statm", encoding: .utf8),
            let pages = text.split(separator: " ").dropFirst().first.flatMap({ Int64($0) })
        else { return 0 }
        return pages * Int64(sysconf(Int32(_SC_PAGESIZE)))
    }
}
