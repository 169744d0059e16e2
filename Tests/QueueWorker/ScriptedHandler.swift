import Foundation
import Glibc
import JobQueue
import RedisClient

/// Does what a job's payload says: `{"do":"sleep","ms":500}`.
struct ScriptedHandler: JobHandler {
    private struct Script: Decodable {
        enum Step: String, Decodable {
            /// Sleeps, unless it is cancelled.
            case sleep
            /// Computes without a pause.
            case spin
            /// Blocks, and does not care about being cancelled.
            case hang
            /// Takes the whole process down.
            case crash
            /// Fails, and says that another try can help.
            case fail
        }

        var `do`: Step
        var ms: Int?
    }

    let kind = "script"
    let redis: RedisClient

    func run(_ job: ClaimedJob, progress: JobProgressReporter) async throws(JobFailure) -> [UInt8] {
        guard let script = try? JSONDecoder().decode(Script.self, from: Data(job.payload)) else {
            throw JobFailure("the payload is no script", isRetriable: false)
        }
        await mark("begin", job)
        progress.report(50, stage: "working")
        let duration = Duration.milliseconds(script.ms ?? 0)
        switch script.do {
        case .sleep:
            do {
                try await Task.sleep(for: duration)
            } catch {
                await mark("stopped", job)
                throw JobFailure("was stopped", isRetriable: true)
            }
        case .spin:
            let end = ContinuousClock.now + duration
            while ContinuousClock.now < end {}
        case .hang: block(milliseconds: script.ms ?? 0)
        case .crash: kill(getpid(), SIGKILL)
        case .fail: throw JobFailure("as the script says", isRetriable: true)
        }
        await mark("end", job)
        return Array(#"{"ok":true}"#.utf8)
    }

    private func block(milliseconds: Int) { usleep(UInt32(milliseconds) * 1000) }

    /// What a test waits for. In a task of its own, as a cancelled one may send nothing.
    private func mark(_ word: String, _ job: ClaimedJob) async {
        let (redis, id) = (redis, job.lease.job.text)
        await Task { _ = try? await redis.send(RedisCommand("RPUSH", "marks", "\(word) \(id) \(getpid())")) }.value
    }
}
