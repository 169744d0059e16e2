/// Which of a route's destinations an event goes to.
package enum EventOutcome: String, Sendable {
    case success
    case failure

    /// The last part of the type decides: `failed`, `cancelled` and `dead` are failures, anything else is success
    /// (contract section 3).
    package init(type: String) {
        switch type.split(separator: ".").last {
        case "failed", "cancelled", "dead": self = .failure
        default: self = .success
        }
    }
}
