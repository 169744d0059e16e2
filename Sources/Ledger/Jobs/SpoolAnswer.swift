/// What became of a submission to the spool.
package enum SpoolAnswer: Hashable, Sendable {
    case spooled
    /// It waits already, under this id: the same id, or the same idempotency key with the same content.
    case repeated(String)
    /// Its idempotency key belongs to this one, which has other content.
    case conflict(String)
    /// As many wait as may.
    case full
}
