package import Deliveries
package import Ledger

/// Changes the course of deliveries: the ledger first, then the dispatcher.
package protocol DeliveryControlling: Sendable {
    /// Makes a delivery pending and due now.
    ///
    /// - Parameters:
    ///   - force: needed for one that was delivered.
    ///   - requestedBy: the name of the API key, kept with the attempt.
    func replay(_ id: DeliveryID, force: Bool, requestedBy: String) async throws(LedgerError) -> ReplayAnswer

    /// Ends a pending delivery as cancelled.
    ///
    /// - Returns: also whether an attempt is under way, which nobody calls back.
    func cancel(
        _ id: DeliveryID,
        requestedBy: String
    ) async throws(LedgerError) -> (answer: CancelAnswer, isUnderWay: Bool)
}
