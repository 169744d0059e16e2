/// How a run ended, for metrics.
package struct RunReport: Hashable, Sendable {
    package var job: JobID
    package var queue: QueueName
    package var kind: String
    /// How long the handler had it.
    package var duration: Duration
    /// What the queue made of it; `nil` if the queue could not be told.
    package var answer: FinishAnswer?
}
