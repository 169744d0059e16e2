internal import Synchronization

/// Takes a run's progress. Reports are cheap: what comes faster than it can be written is left out, but for the latest.
package final class JobProgressReporter: Sendable {
    private let latest: AsyncStream<JobProgress>.Continuation

    /// Makes a reporter and the stream of what it reports, of which only the newest is kept.
    package static func make() -> (reporter: JobProgressReporter, reports: AsyncStream<JobProgress>) {
        let (reports, latest) = AsyncStream.makeStream(of: JobProgress.self, bufferingPolicy: .bufferingNewest(1))
        return (JobProgressReporter(latest), reports)
    }

    private init(_ latest: AsyncStream<JobProgress>.Continuation) {
        self.latest = latest
    }

    deinit { latest.finish() }

    /// Says how far the run is.
    package func report(_ progress: JobProgress) {
        latest.yield(progress)
    }

    /// Says how far the run is, with one word for the step.
    package func report(_ percent: Int, stage: String? = nil) {
        latest.yield(JobProgress(percent: percent, stage: stage))
    }

    func finish() { latest.finish() }
}
