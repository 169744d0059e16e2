/// How a destination stands at a moment, for the API and metrics.
package struct DestinationSnapshot: Hashable, Sendable {
    package var name: String
    package var health: DestinationHealth
    /// Since when it has been so; `nil`: since the start.
    package var since: Timestamp?
    /// Why, in one line.
    package var reason: String?
    /// Whether a route or `callbacks` says how it is called; without that its deliveries wait.
    package var isConfigured: Bool
    /// Requests in flight.
    package var inFlight: Int
    /// Requests at once that are allowed now: grows to the configured concurrency as requests succeed.
    package var allowance: Int
    /// Deliveries held in memory, those in flight included.
    package var held: Int
    /// When the next probe is due, while suspended.
    package var nextProbeAt: Timestamp?
}
