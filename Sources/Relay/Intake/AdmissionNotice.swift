package import Deliveries
package import Ledger

/// What the one who admits deliveries tells the dispatch loop, before and after. Notices and pages come by one mailbox: no
/// page that shows a delivery arrives before the delivery was announced.
package enum AdmissionNotice: Sendable {
    /// These are about to be committed.
    case begun([DeliveryID])
    /// The commit is over, and of these that were announced those deliveries were admitted.
    case ended(of: [DeliveryID], admitted: [NewDelivery])
}
