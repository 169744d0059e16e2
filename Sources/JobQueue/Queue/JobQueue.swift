internal import Deliveries
package import Logging
package import RedisClient

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

    /// Makes a queue that works through a client, which somebody else runs.
    package init(redis: RedisClient, configuration: JobQueueConfiguration = .init(), logger: Logger) {
        self.redis = redis
        self.configuration = configuration
        self.logger = logger
        feed = ChangeFeed(redis: redis, stream: "\(configuration.prefix):changes", logger: logger)
        archive = ArchiveReader(redis: redis, stream: "\(configuration.prefix):ended")
    }

    /// Runs a script. The first arguments are the same for all: the scripts' prelude reads them.
    func run(_ script: RedisScript, _ arguments: [ScriptArgument]) async throws(JobQueueError) -> RedisValue {
        let common: [ScriptArgument] = [
            .text(configuration.prefix),
            .number(configuration.clockShift()),
            .duration(configuration.completedRetention),
            .duration(configuration.failedRetention),
            .number(Int64(configuration.endedLimit)),
        ]
        do {
            return try await redis.run(
                script,
                keys: [configuration.eventStream],
                arguments: (common + arguments).map(\.bytes)
            )
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
