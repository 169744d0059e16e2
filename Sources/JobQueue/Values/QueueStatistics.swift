package import Deliveries

/// How a queue stands.
package struct QueueStatistics: Hashable, Sendable {
    package var name: QueueName
    package var isPaused: Bool
    package var waiting: Int
    package var active: Int
    /// Waiting for their time or their next try.
    package var delayed: Int
    /// Ended jobs that Redis still holds.
    package var completed: Int
    package var failed: Int
    package var cancelled: Int
    /// Live workers that take from it.
    package var workers: Int
    /// When the job that has waited longest was put in its stream; `nil`: none waits.
    package var oldestWaitingSince: Timestamp?

    package init(name: QueueName) {
        self.name = name
        isPaused = false
        waiting = 0
        active = 0
        delayed = 0
        completed = 0
        failed = 0
        cancelled = 0
        workers = 0
    }
}
