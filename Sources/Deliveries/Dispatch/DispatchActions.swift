/// What the dispatcher wants done.
package struct DispatchActions: Hashable, Sendable {
    /// Attempts to make now.
    package var sends: [SendOrder] = []
    /// Pages to read from the ledger.
    package var loads: [LoadOrder] = []
    /// Destinations whose state changed: to be remembered and logged.
    package var changes: [DestinationRecord] = []

    /// Nothing to do.
    package init() {}
}

/// One attempt to make.
package struct SendOrder: Hashable, Sendable {
    package var id: DeliveryID
    /// The destination's name.
    package var destination: String
    /// The attempt's number: 1, 2, 3 …
    package var number: Int
    package var trigger: AttemptTrigger
    package var requestedBy: String?
    /// Whether the destination's latest sign was one of life.
    package var receiverAnswers = false
}

/// One page of due deliveries to read.
package struct LoadOrder: Hashable, Sendable {
    /// The destination's name.
    package var destination: String
    /// Deliveries due at this time or before.
    package var dueBy: Timestamp
    /// At most so many.
    package var limit: Int
    /// So many of them may be deliveries that are held because the ledger never takes their results: they are due there for ever.
    package var stuck = 0
}
