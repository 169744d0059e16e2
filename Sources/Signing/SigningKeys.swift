/// The secrets of a destination: one, or two while it is being rotated.
package struct SigningKeys: Hashable, Sendable {
    /// Signs always, and comes first.
    package var current: Secret
    /// The secret that is being replaced: signs as well, so that a receiver may change over at any time in between.
    package var previous: Secret?
    /// Until when ``previous`` signs, in milliseconds since the Unix epoch; `nil`: as long as it is configured.
    package var previousUntil: Int64?

    /// Makes keys; without a previous secret, those of a destination that is not being rotated.
    package init(current: Secret, previous: Secret? = nil, previousUntil: Int64? = nil) {
        self.current = current
        self.previous = previous
        self.previousUntil = previousUntil
    }

    /// The previous secret if it still signs at a time, in milliseconds since the Unix epoch.
    package func previous(atMilliseconds now: Int64) -> Secret? {
        guard let previousUntil else { return previous }
        return now < previousUntil ? previous : nil
    }

    /// The secrets that count at a time, in milliseconds since the Unix epoch, the current one first.
    package func active(atMilliseconds now: Int64) -> [Secret] {
        [current] + (previous(atMilliseconds: now).map { [$0] } ?? [])
    }
}
