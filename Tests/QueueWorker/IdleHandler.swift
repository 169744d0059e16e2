import JobQueue

/// Takes any job for done at once: what is left is the queue's own cost.
struct IdleHandler: JobHandler {
    let kind: String

    func run(_ job: ClaimedJob, progress: JobProgressReporter) async throws(JobFailure) -> [UInt8] {
        Array("{}".utf8)
    }
}
