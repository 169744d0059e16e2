/// Which of a route's destinations an event goes to.
package enum EventOutcome: String, Sendable {
    case success
    case failure

    /// The last part of the type decides: `failed`, `cancelled` and `dead` are failures, anything else is success
    /// (contract section 3).
    package init(type: String) {
        switch Self.lastPart(of: type) {
        case "failed", "cancelled", "dead": self = .failure
        default: self = .success
        }
    }

    /// What stands behind the last full stop of a type.
    static func lastPart(of type: String) -> Substring {
        let start = type.utf8.lastIndex(of: UInt8(ascii: ".")).map { type.utf8.index(after: $0) }
        return type[(start ?? type.startIndex)...]
    }
}
