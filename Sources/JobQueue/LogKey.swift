/// The keys of this module's log metadata.
enum LogKey {
    static let job = "job"
    static let queue = "queue"
    static let kind = "kind"
    static let worker = "worker"
    static let reason = "reason"
    static let count = "count"
    static let status = "status"
    static let requestedBy = "requested_by"
    static let milliseconds = "duration_ms"
}
