package import Logging

/// Every metadata key of the relay's and the API's log lines: one place, so that a misspelt key does not compile and operators
/// have a list. The Redis client's lines have keys of their own, which begin with `redis.`.
package enum LogKey: String, CaseIterable, Sendable {
    // What it is about.
    case delivery, event, destination, route, job, queue
    case type
    case entry, stream, group, consumer
    // One attempt.
    case attempt, trigger, outcome
    case statusCode = "status_code"
    case errorClass = "error_class"
    case error
    case remoteAddress = "remote_address"
    case next
    case nextAttemptAt = "next_attempt_at"
    case requestedBy = "requested_by"
    case totalMilliseconds = "total_ms"
    case ageMilliseconds = "age_ms"
    // States and counts.
    case state, reason, count, pending, field
    // The process.
    case address, signal, method, status, key
    case durationMilliseconds = "duration_ms"
}

extension Logger.Metadata {
    /// Metadata from typed keys; a value that is `nil` is left out.
    package init(_ pairs: KeyValuePairs<LogKey, Logger.MetadataValue?>) {
        self.init()
        for (key, value) in pairs {
            if let value { self[key.rawValue] = value }
        }
    }
}
