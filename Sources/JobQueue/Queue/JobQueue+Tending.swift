internal import RedisClient

extension JobQueue {
    /// Moves jobs that have become due into their streams.
    ///
    /// - Returns: How many, and in how long the next one is due; `nil` if none waits for a time.
    package func promote() async throws(JobQueueError) -> (moved: Int, next: Duration?) {
        let reply = try await run(JobScripts.promote, [.number(100)])
        guard let parts = reply.array?.map(\.integer), parts.count == 2, let moved = parts[0], let next = parts[1]
        else {
            throw .notUnderstood("promote")
        }
        return (Int(moved), next < 0 ? nil : .milliseconds(next))
    }

    /// Takes jobs from workers whose leases have ended.
    ///
    /// - Parameter held: What the asker holds itself: those are left to it.
    package func recover(except held: [JobLease]) async throws(JobQueueError) -> Recovery {
        let reply = try await run(
            JobScripts.recover,
            [.number(Int64(configuration.recoveryLimit)), .number(100), .duration(configuration.settling)]
                + held.map { .text($0.job.text) }
        )
        guard let parts = reply.array?.compactMap(\.integer), parts.count == 4 else { throw .notUnderstood("recover") }
        return Recovery(
            requeued: Int(parts[0]),
            ended: Int(parts[1]),
            kept: Int(parts[2]),
            next: parts[3] < 0 ? nil : .milliseconds(parts[3])
        )
    }

    /// Removes what is kept long enough, and mends what stands in no index.
    package func sweep() async throws(JobQueueError) -> (removed: Int, mended: Int) {
        let reply = try await run(JobScripts.sweep, [.number(100), .number(100), .duration(configuration.lease)])
        guard let parts = reply.array?.compactMap(\.integer), parts.count == 2 else { throw .notUnderstood("sweep") }
        return (Int(parts[0]), Int(parts[1]))
    }

    /// Takes a worker off the list, and passes on a wake-up that it may have taken.
    package func leave(_ worker: String, queues: [QueueName]) async throws(JobQueueError) {
        _ = try await run(JobScripts.leave, [.text(worker)] + queues.map { .text($0.text) })
    }

    /// What ``recover(except:)`` did.
    package struct Recovery: Hashable, Sendable {
        package var requeued: Int
        /// Crash loops, and jobs that were to be cancelled.
        package var ended: Int
        /// The asker's own leases that have ended: they need a heartbeat.
        package var kept: Int
        /// In how long the next lease ends.
        package var next: Duration?
    }
}
