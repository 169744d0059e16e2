package import Deliveries

/// How a destination stands at a moment, and the limits it is called within.
package struct DestinationState: Hashable, Sendable {
    package var name: String
    /// Where it is; `nil` when it is not known.
    package var url: String?
    /// The route it belongs to; `nil` for a URL that came with events.
    package var route: String?
    package var health: DestinationHealth
    /// Since when it has been so; `nil`: since the start.
    package var since: Timestamp?
    /// Why, in one line for a person.
    package var reason: String?
    /// Whether configuration says how it is called; without that its deliveries wait.
    package var isConfigured: Bool
    /// Requests in flight.
    package var inFlight: Int
    /// Deliveries held in memory, those in flight included.
    package var held: Int
    /// Requests at once, at most, as configured; `nil` when it is not configured.
    package var concurrency: Int?
    /// Requests at once that are allowed now: grows to ``concurrency`` as requests succeed.
    package var allowance: Int
    /// The configured rate; `nil`: no limit.
    package var rate: DeliveryRate?
    /// When the next probe is due, while suspended.
    package var nextProbeAt: Timestamp?

    /// Makes a state; what is left out is unknown or none.
    package init(
        name: String,
        url: String? = nil,
        route: String? = nil,
        health: DestinationHealth = .healthy,
        since: Timestamp? = nil,
        reason: String? = nil,
        isConfigured: Bool,
        inFlight: Int = 0,
        held: Int = 0,
        concurrency: Int? = nil,
        allowance: Int = 0,
        rate: DeliveryRate? = nil,
        nextProbeAt: Timestamp? = nil
    ) {
        self.name = name
        self.url = url
        self.route = route
        self.health = health
        self.since = since
        self.reason = reason
        self.isConfigured = isConfigured
        self.inFlight = inFlight
        self.held = held
        self.concurrency = concurrency
        self.allowance = allowance
        self.rate = rate
        self.nextProbeAt = nextProbeAt
    }
}
