internal import Deliveries
package import Logging
package import RedisClient
internal import Synchronization

/// The queue of jobs in Redis: submit, look, steer; and for workers: claim, renew, say how it ended.
///
/// Each call that changes something is one script, so a job is never between two states. Calls may be repeated after an error:
/// what took effect the first time is answered as such.
package final class JobQueue: Sendable {
    let redis: RedisClient
    let configuration: JobQueueConfiguration
    let logger: Logger
    let feed: ChangeFeed
    let archive: ArchiveReader
    /// Submissions go to Redis together when they come faster than it answers.
    let submissions = Mutex(SubmissionLine<SubmissionWaiter>())

    /// Makes a queue that works through a client, which somebody else runs.
    package init(redis: RedisClient, configuration: JobQueueConfiguration = .init(), logger: Logger) {
        self.redis = redis
        self.configuration = configuration
        self.logger = logger
        feed = ChangeFeed(redis: redis, stream: "\(configuration.prefix):changes", logger: logger)
        archive = ArchiveReader(redis: redis, stream: "\(configuration.prefix):ended")
    }

    /// Runs a script.
    func run(_ script: RedisScript, _ arguments: [ScriptArgument]) async throws(JobQueueError) -> RedisValue {
        var own = RedisArguments()
        for argument in arguments { argument.add(to: &own) }
        return try await run(script, own)
    }

    /// Runs a script. The first arguments are the same for all: the scripts' prelude reads them.
    func run(_ script: RedisScript, _ arguments: RedisArguments) async throws(JobQueueError) -> RedisValue {
        var all = RedisArguments()
        all.append(configuration.prefix)
        all.append(configuration.clockShift())
        all.append(configuration.completedRetention.wholeMilliseconds)
        all.append(configuration.failedRetention.wholeMilliseconds)
        all.append(configuration.endedLimit)
        all.append(contentsOf: arguments)
        do {
            return try await redis.run(script, keys: [configuration.eventStream], arguments: all)
        } catch {
            throw JobQueueError(error)
        }
    }

    /// Whether an id has the form of those under which the ends of jobs are announced: the job's id and a number.
    package static func isEventID(_ id: String) -> Bool {
        let parts = id.split(separator: ":", omittingEmptySubsequences: false)
        return parts.count == 2 && JobID(parts[0]) != nil && !parts[1].isEmpty
            && parts[1].utf8.allSatisfy { (0x30...0x39).contains($0) }
    }

    func key(of id: JobID) -> String { "\(configuration.prefix):job:\(id.text)" }
}

extension JobQueueError {
    /// A script answered with something that its reader does not know.
    static func notUnderstood(_ script: String) -> JobQueueError {
        JobQueueError(.damaged, "the answer of the queue's script \(script) is not understood")
    }
}
