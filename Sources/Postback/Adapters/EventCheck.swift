import Deliveries
import JobQueue
import Relay

/// Refuses an event that came over HTTP for what is wrong with itself, while somebody is looking. Whether a route takes it is left
/// to intake: routes change, and what none takes is quarantined and can be redriven.
struct EventCheck: Sendable {
    private let reader = EventReader()
    /// The routes in force; `nil` where they are not known.
    let routing: RoutingBoard?

    /// - Parameter tenant: to which the caller is held; `nil`: to none.
    /// - Throws: ``EventRefusal`` for the first field that cannot be used.
    func check(_ fields: [EventField], tenant: String? = nil) throws(EventRefusal) {
        let event = try reader.read(fields, entryID: "0-0")
        try check(event.callbackURL, .callbackURL)
        try check(event.failureURL, .failureURL)
        if let name = event.route, let route = routing?.current.table.route(named: name),
            !route.match.maySend(for: event.tenant)
        {
            throw .anothersRoute(name)
        }
        if tenant != nil { try checkID(of: event, fields) }
    }

    private func check(_ url: String?, _ field: EventRefusal.Field) throws(EventRefusal) {
        guard let url else { return }
        if let routing {
            _ = try routing.current.table.callbackDestination(url, field: field)
            return
        }
        do {
            _ = try DestinationURL(url)
        } catch {
            throw EventRefusal(field, "\(error)")
        }
    }

    /// What a tenant may not do to others: speak for their jobs.
    private func checkID(of event: Event, _ fields: [EventField]) throws(EventRefusal) {
        let isGiven = fields.contains { $0.name.elementsEqual("id".utf8) && !$0.value.isEmpty }
        if isGiven, JobQueue.isEventID(event.id) || Self.isEntryID(event.id) {
            throw EventRefusal(.id, "has the form of ids that Postback gives itself; choose another")
        }
    }

    /// `evt_<milliseconds>-<number>`: an event without an id has that of its entry in the stream, which can be foreseen.
    private static func isEntryID(_ id: String) -> Bool {
        let parts = id.dropFirst(4).split(separator: "-", omittingEmptySubsequences: false)
        return id.hasPrefix("evt_") && parts.count == 2
            && parts.allSatisfy { !$0.isEmpty && $0.utf8.allSatisfy { (0x30...0x39).contains($0) } }
    }
}
