package import Deliveries

/// The durable record of every delivery and attempt: the truth that the relay works from.
///
/// A conformance suite (`LedgerConformance`) says what a driver must do. Every write is one transaction that is on
/// disk when the call returns; a call that throws has changed nothing. Cancelling the task that waits for a call does
/// not cut the call short: what it returns is true.
package protocol DeliveryLedger: DeliveryStore, OperatorLedger, JobArchive, SubmissionSpool {}

/// What intake and the dispatch loop need of the ledger.
package protocol DeliveryStore: Sendable {
    /// Writes a batch of what intake read, in one transaction.
    ///
    /// - Returns: for each request, in order, what was done with it. An event id is absorbed or found in conflict
    ///   also against requests earlier in the same batch. A quarantined stream entry is told by its entry id and its
    ///   fields: reading the same entry again does not quarantine it twice, and an entry that has its id only because
    ///   Redis was flushed is kept.
    func admit(_ requests: [AdmissionRequest]) async throws(LedgerError) -> [Admission]

    /// Which ids of these deliveries are taken by others that are in the ledger, for each in order.
    func known(_ deliveries: [NewDelivery]) async throws(LedgerError) -> [KnownIDs]

    /// Pending deliveries of a destination that are due at `time` or before, first attempts ahead of retries, then the
    /// earliest due first; at most `limit` of them.
    ///
    /// Retries are sure of an eighth of a page of more than one, rounded up, so that first attempts that keep coming do not
    /// starve them. `stuck` of the page may be deliveries that are due for ever; should they be retries, that eighth is one of the others.
    ///
    /// The page also tells the earliest due time among the destination's pending deliveries that were *not* returned.
    /// Deliveries that are in flight are pending too, and come again until their results are recorded.
    func due(at destination: String, by time: Timestamp, limit: Int, stuck: Int) async throws(LedgerError) -> DuePage

    /// Moves the due times of pending deliveries that lie after `time` earlier by so many milliseconds, though not to
    /// before `time`: what the relay asks for when its clock was set back. Asked twice, it moves them twice.
    func moveDueTimes(after time: Timestamp, earlierBy milliseconds: Int64) async throws(LedgerError)

    /// What must be sent for these deliveries, in their order. A delivery that is no longer pending is left out.
    func payloads(of deliveries: [DeliveryID]) async throws(LedgerError) -> [DeliveryPayload]

    /// Every destination that has pending deliveries, with how many and the earliest due time. Read at start.
    func backlog() async throws(LedgerError) -> [DestinationBacklog]

    /// Writes new deliveries, and then finished attempts and what they do to their deliveries, in one transaction. A delivery that
    /// has ended with its first attempt by the time it is written is one insert, not an insert and an update (docs/decisions.md, 65).
    ///
    /// - Returns: for each delivery, in order, what was done with it, as ``admit(_:)`` does.
    ///
    /// A delivery that has ended in the meantime keeps its status, unless it was delivered now: what happened
    /// outweighs what was wished. The attempt is recorded in every case, except for a delivery that is not in the
    /// ledger. An attempt whose delivery and number are already recorded is ignored whole, so that a commit of
    /// unknown result can be repeated.
    @discardableResult
    func record(_ results: [AttemptResult], admitting deliveries: [NewDelivery]) async throws(LedgerError)
        -> [Admission]

    /// The remembered states of destinations.
    func destinationRecords() async throws(LedgerError) -> [DestinationRecord]

    /// Remembers the state of destinations; that of a URL which came with events (``RouteTable/callbackPrefix``) as long as it is not
    /// healthy.
    func save(_ destinations: [DestinationRecord]) async throws(LedgerError)
}

/// What people who look after the system need of the ledger.
package protocol OperatorLedger: Sendable {
    /// Deliveries that match, the newest first, and whether there are more.
    func deliveries(_ query: DeliveryQuery) async throws(LedgerError) -> Page<DeliverySummary>

    /// One delivery with its event and its attempts (the latest 1,000, in order); `nil` when there is none.
    func delivery(_ id: DeliveryID) async throws(LedgerError) -> DeliveryDetail?

    /// Makes a delivery pending and due at `time` again, with its whole schedule before it; its body and event id do
    /// not change, and its attempts go on counting. A pending delivery becomes due at once.
    ///
    /// An attempt that is in flight meanwhile ends the delivery if it delivers; otherwise it is recorded and changes nothing, because the
    /// replay is still to be made.
    ///
    /// - Parameters:
    ///   - force: needed for one that was delivered.
    ///   - requestedBy: the name of the API key, for the record of the attempt.
    func replay(_ id: DeliveryID, force: Bool, requestedBy: String, at time: Timestamp)
        async throws(LedgerError) -> ReplayAnswer

    /// Ends a pending delivery as cancelled.
    func cancel(_ id: DeliveryID, at time: Timestamp) async throws(LedgerError) -> CancelAnswer

    /// Quarantined entries, the newest first, with no more than the beginnings of their first fields.
    func quarantine(_ query: QuarantineQuery) async throws(LedgerError) -> Page<QuarantineEntry>

    /// One quarantined entry.
    func quarantineEntry(_ id: Int64) async throws(LedgerError) -> QuarantineEntry?

    /// Admits what a quarantined entry was mended to and removes the entry, in one transaction.
    ///
    /// Where the request turns out to be a conflict, or is itself a quarantine, the entry stays with the new reason and
    /// nothing is added.
    ///
    /// - Returns: `nil` when there is no such entry.
    func redrive(_ id: Int64, as request: AdmissionRequest) async throws(LedgerError) -> Admission?

    /// Removes a quarantined entry for good. - Returns: whether there was one.
    func discardQuarantineEntry(_ id: Int64) async throws(LedgerError) -> Bool

    /// Counts over all destinations that have deliveries: by status, attempts since `time` with how many of them
    /// delivered, mean and 95th percentile of their total time in milliseconds, oldest pending due time.
    ///
    /// Attempts may be counted from the beginning of the minute of `time`, at most a day back, and the percentile is
    /// true within 12.5 percent: a driver counts in buckets, so that asking often is cheap.
    func destinationStatistics(since time: Timestamp) async throws(LedgerError) -> [DestinationStatistics]

    /// Counts for metrics and readiness: pending, earliest due time, quarantined. Cheap enough to be asked every few
    /// seconds, whatever the backlog.
    func totals() async throws(LedgerError) -> LedgerTotals

    /// Removes what is older than the limits allow, at most `limit` rows, never anything pending.
    ///
    /// A delivery with its event and its attempts counts as one row. An event whose deliveries are gone is forgotten:
    /// its id is new again.
    ///
    /// - Returns: how many rows were removed; fewer than `limit` when nothing is left to remove.
    func prune(_ retention: RetentionLimits, limit: Int) async throws(LedgerError) -> Int
}
