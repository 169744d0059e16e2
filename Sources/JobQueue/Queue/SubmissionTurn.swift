/// Who waits in the line of submissions: the task that brought one.
typealias SubmissionWaiter = CheckedContinuation<SubmissionTurn, Never>

/// What a submission in the line has come to.
enum SubmissionTurn: Sendable {
    /// It is the first of a group, which its task now sends.
    case sends([SubmissionLine<SubmissionWaiter>.Item])
    /// Another task has sent it.
    case answered(Result<SubmitAnswer, JobQueueError>)
}
