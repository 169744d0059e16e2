/// One URL of a route, with its own pace and state (contract section 2). Its secrets live with the signer.
package struct Destination: Hashable, Sendable {
    /// Unique: `ROUTE.success`, `ROUTE.failure`, or the name made for a URL that came with an event.
    package var name: String
    /// The route it belongs to; `nil` for a URL that came with an event.
    package var route: String?
    /// What is called, byte for byte.
    package var url: DestinationURL
    /// How it is called.
    package var policy: DestinationPolicy

    /// Makes a destination.
    package init(name: String, route: String?, url: DestinationURL, policy: DestinationPolicy) {
        self.name = name
        self.route = route
        self.url = url
        self.policy = policy
    }
}
