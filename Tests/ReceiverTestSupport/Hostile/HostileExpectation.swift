package import Deliveries

/// What has to become of a request to a receiver that misbehaves.
package struct HostileExpectation: Sendable {
    /// How far the exchange gets, by the times that are recorded.
    package enum Phase: Sendable {
        /// No connection that the request can be sent on: nobody there, or no TLS with them.
        case nothing
        /// A connection that the request can be sent on.
        case connected
        /// The first line of an answer.
        case answered
    }

    /// What ends the exchange.
    package enum End: Sendable {
        /// What the receiver does, or a limit of the sender.
        case atOnce
        /// The deadline for the connection.
        case connectDeadline
        /// The deadline for the whole.
        case deadline
    }

    /// The classes of failure that are right, `nil` being none. More than one where it is a matter of timing or of the
    /// library's version, and makes no difference to the outcome.
    package var failures: [ErrorClass?]
    /// The statuses that may be told, `nil` being none.
    package var statuses: [Int?]
    /// Whether it has to count as sent; `nil` where both may be true.
    package var wasSent: Bool?
    /// How far it gets; `nil` where that is a matter of timing.
    package var phase: Phase?
    /// What ends it.
    package var end: End
    /// What the attempt amounts to; `nil` if it follows from whether it counts as sent.
    package var outcome: AttemptOutcome?

    /// A whole answer, taken by its status.
    static func whole(_ status: Int, _ outcome: AttemptOutcome = .delivered) -> HostileExpectation {
        HostileExpectation(
            failures: [nil],
            statuses: [status],
            wasSent: true,
            phase: .answered,
            end: .atOnce,
            outcome: outcome
        )
    }

    /// The deadline, after the request went out: it may have run.
    static func deadline(status: Int? = nil, _ phase: Phase = .answered) -> HostileExpectation {
        HostileExpectation(
            failures: [.timeout],
            statuses: [status],
            wasSent: true,
            phase: phase,
            end: .deadline,
            outcome: .unknown
        )
    }

    /// The end of the connection, after the request went out: it may have run.
    static func cut(status: Int? = nil, _ phase: Phase? = .answered) -> HostileExpectation {
        HostileExpectation(
            failures: [.reset],
            statuses: [status],
            wasSent: true,
            phase: phase,
            end: .atOnce,
            outcome: .unknown
        )
    }

    /// An answer that is not HTTP, or beyond a limit: it may have run.
    static func garbled(status: Int? = nil, or more: ErrorClass...) -> HostileExpectation {
        HostileExpectation(
            failures: [.protocol] + more,
            statuses: [status],
            wasSent: true,
            // Where there is no status line, some things look like a header line and some do not.
            phase: status == nil ? nil : .answered,
            end: .atOnce,
            outcome: .unknown
        )
    }

    /// The same, ending in another phase; `nil` where that is a matter of timing.
    func reaching(_ phase: Phase?) -> HostileExpectation {
        var expectation = self
        expectation.phase = phase
        return expectation
    }

    /// A failure before anything was sent.
    static func unsent(_ failure: ErrorClass, _ phase: Phase, _ end: End = .atOnce) -> HostileExpectation {
        HostileExpectation(
            failures: [failure],
            statuses: [nil],
            wasSent: false,
            phase: phase,
            end: end,
            outcome: .retry
        )
    }
}
