/// Why an event cannot be used: which field, and one line for a person.
package struct EventRefusal: Error, Hashable, Sendable, CustomStringConvertible {
    /// The field that is to blame.
    package enum Field: String, Sendable {
        case entry
        case type
        case data
        case id
        case jobID = "job_id"
        case productID = "product_id"
        case queue
        case tenant
        case timestamp
        case callbackURL = "callback_url"
        case failureURL = "failure_url"
        case route
        /// No field in particular: nothing says where the event should go.
        case destination
    }

    /// The field.
    package var field: Field
    /// What is wrong with it.
    package var reason: String

    /// Makes a refusal.
    package init(_ field: Field, _ reason: String) {
        self.field = field
        self.reason = reason
    }

    /// The event names a route that is for another tenant than its own.
    package static func anothersRoute(_ name: String) -> EventRefusal {
        EventRefusal(.route, "\(quoted(name)) belongs to another tenant")
    }

    package var description: String { "\(field.rawValue): \(reason)" }
}

/// A value as an error message may show it: in quotes, without control characters, at most 64 characters.
package func quoted(_ text: String) -> String {
    var shown = ""
    for character in text.unicodeScalars.prefix(64) {
        shown.unicodeScalars.append(character.properties.generalCategory == .control ? "\u{FFFD}" : character)
    }
    return "\"" + shown + (text.unicodeScalars.count > 64 ? "…\"" : "\"")
}
