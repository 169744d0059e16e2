/// Why nothing could be done about a job.
package enum JobControlError: Error, Hashable, Sendable {
    /// Redis or the ledger is away, or what waits for Redis is as much as the ledger may hold.
    ///
    /// - Parameters:
    ///   - reason: one line for a person, without secrets.
    ///   - retryAfter: seconds until it is worth trying again, at least 1.
    case unavailable(reason: String, retryAfter: Int)
    /// The cursor is not one that ``JobControlling/list(_:limit:cursor:)`` handed out.
    case badCursor
    /// A defect, or foreign data under the queue's keys; the reason is for the log.
    case damaged(reason: String)
}
