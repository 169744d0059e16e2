package import Ledger

/// What the dispatch loop is told of new deliveries.
package enum AdmissionNotice: Sendable {
    /// These may be sent; they are not in the ledger yet, and their entries not acknowledged.
    case offered([NewDelivery])
    /// These are in the ledger now, pending.
    case written([NewDelivery])
    /// These turned out not to be new once they were to be written, and are not sent again.
    case refused([NewDelivery])
    /// Intake waits for what was offered to be written.
    case awaited
}
