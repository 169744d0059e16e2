/// Says where events go (contract section 2).
package struct Route: Hashable, Sendable {
    /// Unique; the route named `default` takes what no other route matches.
    package var name: String
    /// Which events it takes.
    package var match: RouteMatch
    /// Where successes go, and failures too when there is no ``failure``.
    package var success: Destination
    /// Where failures go.
    package var failure: Destination?

    /// Makes a route.
    package init(name: String, match: RouteMatch, success: Destination, failure: Destination?) {
        self.name = name
        self.match = match
        self.success = success
        self.failure = failure
    }

    /// The destination for an outcome: failures without a destination of their own go where successes go.
    package func destination(for outcome: EventOutcome) -> Destination {
        outcome == .failure ? failure ?? success : success
    }
}
