/// The routes in force, and what is needed to decide where an event goes.
package struct RouteTable: Sendable {
    /// In the order in which they are tried.
    package let routes: [Route]
    /// How URLs that arrive with an event are called; `nil`: such URLs are refused, because no secret is configured.
    package let callbacks: DestinationPolicy?
    /// Which addresses may be reached.
    package let addresses: AddressPolicy

    private let byName: [String: Int]

    /// Makes a table. Names must be unique; the first of a repeated name counts.
    package init(routes: [Route], callbacks: DestinationPolicy?, addresses: AddressPolicy) {
        self.routes = routes
        self.callbacks = callbacks
        self.addresses = addresses
        self.byName = Dictionary(routes.enumerated().map { ($0.element.name, $0.offset) }) { first, _ in first }
    }

    /// The route of a name.
    package func route(named name: String) -> Route? {
        byName[name].map { routes[$0] }
    }

    /// Where an event goes: its own URL, else the route it names, else the first route that takes it, else the route
    /// named `default` (contract section 3). No tenant's event goes to a route of another.
    package func destination(for event: Event) throws(EventRefusal) -> Destination {
        if let (field, text) = event.ownURL {
            return try callbackDestination(text, field: field)
        }
        if let name = event.route {
            guard let route = route(named: name) else {
                throw EventRefusal(.route, "no route is named \(quoted(name))")
            }
            guard route.match.maySend(for: event.tenant) else { throw .anothersRoute(name) }
            return route.destination(for: event.outcome)
        }
        let last = route(named: "default").flatMap { $0.match.maySend(for: event.tenant) ? $0 : nil }
        if let route = routes.first(where: { $0.match.takes(event) && $0.name != "default" }) ?? last {
            return route.destination(for: event.outcome)
        }
        throw EventRefusal(.destination, "no route takes this event, and it carries no callback_url")
    }

    /// All destinations of the routes.
    package var destinations: [Destination] {
        routes.flatMap { [$0.success] + ($0.failure.map { [$0] } ?? []) }
    }

    /// The destination of a URL that arrived with an event.
    package func callbackDestination(_ text: String, field: EventRefusal.Field) throws(EventRefusal) -> Destination {
        guard let callbacks else {
            throw EventRefusal(field, "URLs that arrive with an event need callbacks.secret, which is not configured")
        }
        let url: DestinationURL
        do {
            url = try DestinationURL(text)
        } catch {
            throw EventRefusal(field, "\(error)")
        }
        return Destination(name: Self.callbackName(url), route: nil, url: url, policy: callbacks)
    }

    /// Names the destination of a URL that arrived with an event: the same for every query, because n8n's resume URLs
    /// carry a token there, and never with the path in clear, which may be a secret too.
    package static func callbackName(_ url: DestinationURL) -> String {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in url.withoutQuery.utf8 {
            hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3
        }
        let digits = String(hash, radix: 16)
        return callbackPrefix + url.host + "-" + String(repeating: "0", count: 16 - digits.count) + digits
    }

    /// The host in a name that ``callbackName(_:)`` made; `nil` for any other name.
    package static func callbackHost(of name: String) -> String? {
        // A hyphen and sixteen digits are the end.
        guard name.hasPrefix(callbackPrefix), name.utf8.count > callbackPrefix.utf8.count + 17,
            name.utf8.dropLast(16).last == UInt8(ascii: "-")
        else { return nil }
        return String(name.dropFirst(callbackPrefix.count).dropLast(17))
    }

    /// What the names of destinations that came with an event begin with. No route's destination is named so.
    package static let callbackPrefix = "callback-"
}
