package import Ledger

/// What the dispatch loop is told of new deliveries.
package enum AdmissionNotice: Sendable {
    /// These may be sent; they are not in the ledger yet, and their entries not acknowledged.
    case offered([NewDelivery])
    /// These are in the ledger now, pending.
    case written([NewDelivery])
}
