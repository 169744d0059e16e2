/// The right to run a job and to say how it ended. It is lost when it is not renewed in time; the fence number then tells
/// the late worker from the present one.
package struct JobLease: Hashable, Sendable {
    package var job: JobID
    package var queue: QueueName
    /// Another, higher number with each claim of any job.
    package var fence: Int64

    package init(job: JobID, queue: QueueName, fence: Int64) {
        self.job = job
        self.queue = queue
        self.fence = fence
    }
}
