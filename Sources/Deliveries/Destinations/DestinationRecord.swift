/// What is remembered of a destination over a restart.
package struct DestinationRecord: Hashable, Sendable {
    /// The destination's name.
    package var name: String
    /// The state; ``DestinationHealth/healthy`` is stored too, in place of what was before it.
    package var health: DestinationHealth
    /// Since when it has been so.
    package var since: Timestamp
    /// Why, in one line for a person: `10 failures in a row`, `paused by ops`.
    package var reason: String?

    /// Makes a record to be kept.
    package init(name: String, health: DestinationHealth, since: Timestamp, reason: String? = nil) {
        self.name = name
        self.health = health
        self.since = since
        self.reason = reason
    }
}
