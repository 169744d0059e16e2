/// What is remembered of a destination over a restart.
package struct DestinationRecord: Hashable, Sendable {
    /// The destination's name.
    package var name: String
    /// Only states that must survive are kept: ``DestinationHealth/paused``, ``DestinationHealth/gone``,
    /// ``DestinationHealth/suspended``; any other is stored as ``DestinationHealth/healthy``.
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
