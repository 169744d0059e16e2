import JobQueue

/// Why nothing could be done about a job.
package enum JobsError: Error, Hashable, Sendable {
    /// Redis is away and the ledger cannot help: try again in a while.
    ///
    /// - Parameter reason: one line for a person, without secrets.
    case unavailable(reason: String)
    /// A cursor that was not handed out.
    case badCursor
    /// It can never be done: a submission that is too large.
    case refused(reason: String)
    /// A defect, or foreign data under the queue's keys.
    case damaged(reason: String)

    init(_ error: JobQueueError) {
        switch error.code {
        case .unavailable: self = .unavailable(reason: error.reason)
        case .refused: self = .refused(reason: error.reason)
        case .damaged: self = .damaged(reason: error.reason)
        }
    }
}
