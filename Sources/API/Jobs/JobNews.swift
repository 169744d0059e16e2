import JobQueue

/// What of a job a watcher is told when it changes.
struct JobNews: Hashable, Sendable {
    var status: JobStatus
    var progress: JobProgress
    var retryCount: Int
    var error: String?
    var position: Int?
}
