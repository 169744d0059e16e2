import Deliveries

/// Refuses an event that came over HTTP for what is wrong with itself, while somebody is looking. Whether a route takes it is left
/// to intake: routes change, and what none takes is quarantined and can be redriven.
struct EventCheck: Sendable {
    private let reader = EventReader()

    /// - Throws: ``EventRefusal`` for the first field that cannot be used.
    func check(_ fields: [EventField]) throws(EventRefusal) {
        let event = try reader.read(fields, entryID: "0-0")
        try check(event.callbackURL, .callbackURL)
        try check(event.failureURL, .failureURL)
    }

    private func check(_ url: String?, _ field: EventRefusal.Field) throws(EventRefusal) {
        guard let url else { return }
        do {
            _ = try DestinationURL(url)
        } catch {
            throw EventRefusal(field, "\(error)")
        }
    }
}
