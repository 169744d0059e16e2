package import Deliveries

/// A worker as its heartbeat shows it.
package struct WorkerRecord: Hashable, Sendable {
    package enum State: String, Sendable, CaseIterable {
        case idle, busy, stopping
    }

    /// `HOST-PID-RANDOM`, or the name it was given with a random end.
    package var name: String
    package var state: State
    package var queues: [QueueName]
    /// How many jobs it runs at once, at most.
    package var concurrency: Int
    package var currentJobs: [JobID]
    package var startedAt: Timestamp
    package var lastBeatAt: Timestamp
    /// `nil` for a worker that cannot say.
    package var usage: WorkerUsage?

    package init(
        name: String,
        state: State,
        queues: [QueueName],
        concurrency: Int,
        currentJobs: [JobID],
        startedAt: Timestamp,
        lastBeatAt: Timestamp,
        usage: WorkerUsage? = nil
    ) {
        self.name = name
        self.state = state
        self.queues = queues
        self.concurrency = concurrency
        self.currentJobs = currentJobs
        self.startedAt = startedAt
        self.lastBeatAt = lastBeatAt
        self.usage = usage
    }
}
