/// Which receiver's habits are taken into account when an answer is judged (contract section 4).
package enum ReceiverProfile: String, Sendable, CaseIterable {
    /// n8n, the default: knows its start-up text and the answers of its resume URLs.
    case n8n
    /// Any other receiver: status codes alone.
    case generic
}
