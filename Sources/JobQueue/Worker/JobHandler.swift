/// Does one kind of work.
package protocol JobHandler: Sendable {
    /// The kind of jobs that it runs, such as `pdf`.
    var kind: String { get }

    /// Waits until it can run jobs, or the task is cancelled. The worker asks before it takes one: what it cannot run is better off in the
    /// queue, where another worker finds it.
    func ready() async

    /// Runs one job and returns its result, a JSON object.
    ///
    /// The task is cancelled when the job's time is over, when it is to be cancelled, or when its lease is lost: then the handler must
    /// stop whatever it has started and return at once, with any error.
    ///
    /// A job may be run again after a crash at any point: what it leaves behind has to be written under the job's id.
    func run(_ job: ClaimedJob, progress: JobProgressReporter) async throws(JobFailure) -> [UInt8]
}

extension JobHandler {
    /// It always can.
    package func ready() async {}
}
