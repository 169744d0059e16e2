import NIOCore

/// Runs the tasks that answer requests on the event loops that read and write them.
///
/// With the usual executor each request goes from its event loop to another thread and back, several times. Nothing here
/// waits for a disk or a server on its thread, so an event loop is no worse a place.
final class EventLoopExecutor: TaskExecutor {
    private let group: any EventLoopGroup

    init(_ group: any EventLoopGroup) {
        self.group = group
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        // The loop that it was woken on, if it was woken on one.
        group.any().execute { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}
