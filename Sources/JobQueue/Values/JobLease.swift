/// The right to run a job and to say how it ended. It is lost when it is not renewed in time; the fence number then tells
/// the late worker from the present one.
package struct JobLease: Hashable, Sendable {
    package var job: JobID
    package var queue: QueueName
    /// Grows with each claim of the job.
    package var fence: Int64
    /// The stream entry that stands for the job in its queue.
    package var entryID: String
    package var priority: JobPriority

    package init(job: JobID, queue: QueueName, fence: Int64, entryID: String, priority: JobPriority) {
        self.job = job
        self.queue = queue
        self.fence = fence
        self.entryID = entryID
        self.priority = priority
    }
}
