package import JobQueue

/// The limits of a ``JobDesk``.
package struct JobDeskConfiguration: Hashable, Sendable {
    /// Submissions that may wait for Redis in the ledger.
    package var spoolBound: Int
    /// Queues that are shown although they may never have had a job.
    package var queues: [QueueName]

    /// Makes a configuration; what is left out has its default.
    package init(spoolBound: Int = 1_000, queues: [QueueName] = [.pdf]) {
        self.spoolBound = spoolBound
        self.queues = queues
    }
}
