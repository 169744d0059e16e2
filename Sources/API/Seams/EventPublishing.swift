package import Deliveries

/// Puts events on the stream for workers that have no Redis.
package protocol EventPublishing: Sendable {
    /// Appends one entry to the event stream (contract section 3).
    ///
    /// - Parameter fields: the entry's fields, in order, already checked by ``APIDependencies/validate``.
    /// - Returns: the stream entry's id, such as `1700000000000-0`.
    func publish(_ fields: [EventField]) async throws(PublishError) -> String
}

/// Why an event is not on the stream, or may not be. Publishing it again under the same id does no harm.
package enum PublishError: Error, Hashable, Sendable {
    /// Redis does not answer: try again in a while.
    case unavailable
    /// Redis refuses it, as when it is out of memory: nothing was published.
    ///
    /// - Parameter reason: Redis' own words.
    case refused(reason: String)
    /// The stream holds as much as it may: try again when it has been read.
    case full
}
