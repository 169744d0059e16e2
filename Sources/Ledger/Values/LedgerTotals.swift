package import Deliveries

/// Counts over the whole ledger.
package struct LedgerTotals: Hashable, Sendable {
    /// Deliveries that are pending.
    package var pending: Int
    /// When the earliest pending delivery is due; `nil` without one.
    package var earliestDueAt: Timestamp?
    /// Entries in quarantine.
    package var quarantined: Int

    /// Makes counts.
    package init(pending: Int, earliestDueAt: Timestamp?, quarantined: Int) {
        self.pending = pending
        self.earliestDueAt = earliestDueAt
        self.quarantined = quarantined
    }
}
