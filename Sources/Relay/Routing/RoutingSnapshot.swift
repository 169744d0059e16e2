package import Deliveries
package import HTTPSender
package import Signing

/// The routes, secrets and transport options in force: replaced whole by a reload.
package struct RoutingSnapshot: Sendable {
    /// Where events go, and how.
    package var table: RouteTable
    /// What signs for a destination, by its name.
    package var keys: [String: SigningKeys]
    /// What signs for URLs that arrive with an event.
    package var callbackKeys: SigningKeys?
    /// Proxy, CA and client certificate.
    package var transport: TransportOptions
    private let destinations: [String: Destination]

    /// Makes a snapshot.
    package init(
        table: RouteTable,
        keys: [String: SigningKeys],
        callbackKeys: SigningKeys?,
        transport: TransportOptions
    ) {
        self.table = table
        self.keys = keys
        self.callbackKeys = callbackKeys
        self.transport = transport
        self.destinations = Dictionary(table.destinations.map { ($0.name, $0) }) { first, _ in first }
    }

    /// A destination of a route.
    package func destination(named name: String) -> Destination? { destinations[name] }

    /// Names of all destinations that routes have.
    package var destinationNames: [String] { Array(destinations.keys) }

    /// How a destination is called, whether a route names it or its URL came with an event; `nil`: nobody says so.
    package func policy(of name: String) -> DestinationPolicy? {
        if let destination = destinations[name] { return destination.policy }
        return name.hasPrefix(RouteTable.callbackPrefix) ? table.callbacks : nil
    }

    /// What signs for a destination.
    package func keys(of name: String) -> SigningKeys? {
        destinations[name] != nil ? keys[name] : callbackKeys
    }
}
