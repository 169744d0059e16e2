/// What one attempt amounted to (contract section 4, "What an answer means").
package enum AttemptOutcome: String, Sendable, CaseIterable {
    /// The receiver took the event: nothing more to do.
    case delivered
    /// It failed in a way that may pass: tried again on the schedule.
    case retry
    /// An n8n resume URL whose execution is not at its Wait node yet: tried again within seconds.
    case notReady = "not_ready"
    /// The receiver refused for good: the delivery is dead.
    case rejected
    /// The receiver said that it is gone (410): the delivery is dead and its destination is paused.
    case gone
    /// The request went out and no answer came back: it may have run. Tried again with the same id.
    case unknown
    /// The address policy refused the address: nothing was sent and the delivery is dead.
    case blocked
}
