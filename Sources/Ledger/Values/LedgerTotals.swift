package import Deliveries

/// Counts over the whole ledger.
package struct LedgerTotals: Hashable, Sendable {
    package var pending: Int
    package var earliestDueAt: Timestamp?
    package var quarantined: Int

    package init(pending: Int, earliestDueAt: Timestamp?, quarantined: Int) {
        self.pending = pending
        self.earliestDueAt = earliestDueAt
        self.quarantined = quarantined
    }
}
