package import Deliveries
package import JobQueue
package import Ledger

/// A job and what can be said of it besides.
package struct JobStanding: Hashable, Sendable {
    package var record: JobRecord
    /// Those that are ahead of it in its queue, and itself; `nil` unless it is queued, and while Redis is away.
    package var position: Int?
    /// When it should be done, from measured durations; `nil` when it has ended or nothing was measured yet.
    package var estimatedCompletion: Timestamp?
    /// The delivery of the event that announced its end; `nil` before it is in the ledger, and when there is none.
    package var callback: DeliverySummary?

    package init(
        record: JobRecord,
        position: Int? = nil,
        estimatedCompletion: Timestamp? = nil,
        callback: DeliverySummary? = nil
    ) {
        self.record = record
        self.position = position
        self.estimatedCompletion = estimatedCompletion
        self.callback = callback
    }
}
