/// Where a delivery stands in its schedule: what the dispatcher knows of it besides its id.
package struct DeliveryProgress: Hashable, Sendable {
    /// Attempts made so far, of every trigger. The next one's number is one more.
    package var attempts: Int
    /// How many delays of the destination's schedule have been used since the delivery began or was replayed.
    package var step: Int
    /// When the not-ready lane was entered (409 from an n8n resume URL), or `nil` outside it.
    package var notReadySince: Timestamp?
    /// How many attempts in a row were answered "not ready".
    package var notReadyTries: Int
    /// Why the next attempt is made: ``AttemptTrigger/scheduled`` or ``AttemptTrigger/replay``.
    package var trigger: AttemptTrigger
    /// Who asked for the replay.
    package var requestedBy: String?

    /// A delivery that was never tried.
    package static let fresh = DeliveryProgress()

    /// Makes a state; without arguments, that of a delivery that was never tried.
    package init(
        attempts: Int = 0,
        step: Int = 0,
        notReadySince: Timestamp? = nil,
        notReadyTries: Int = 0,
        trigger: AttemptTrigger = .scheduled,
        requestedBy: String? = nil
    ) {
        self.attempts = attempts
        self.step = step
        self.notReadySince = notReadySince
        self.notReadyTries = notReadyTries
        self.trigger = trigger
        self.requestedBy = requestedBy
    }
}
