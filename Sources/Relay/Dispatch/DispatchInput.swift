import Deliveries
import HTTPSender
import Ledger

/// What can happen to the dispatch loop.
enum DispatchInput: Sendable {
    case admission(AdmissionNotice)
    case answers([SendResult])
    case recorded([DeliveryID])
    /// The ledger will never take the results of these.
    case unrecordable([DeliveryID])
    /// The due times in the ledger were moved after the clock was set back.
    case dueTimesMoved
    case page(destination: String, Result<DuePage, LedgerError>)
    case payloads([SendOrder], Result<[DeliveryPayload], LedgerError>)
    case replayed(DueDelivery, destination: String)
    /// The answer says whether an attempt is under way; `nil`: nobody waits for it.
    case cancelled(DeliveryID, CheckedContinuation<Bool, Never>?)
    case pause(destination: String, by: String)
    case resume(destination: String)
    case test(NewDelivery, requestedBy: String, CheckedContinuation<AttemptResult?, Never>)
    case testAdmitted(SendOrder, NewDelivery, LedgerError?)
    case room(Set<String>, CheckedContinuation<Void, Never>)
    case snapshots(withCallbacks: Bool, CheckedContinuation<[DestinationSnapshot], Never>)
    case reload
    case wake(Timestamp)
    /// The ledger could not be read at the start: it is time for another try.
    case takeUpAgain
    case drain
    case abandon
}
