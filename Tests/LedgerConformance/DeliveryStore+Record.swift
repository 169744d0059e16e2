package import Deliveries
package import Ledger

extension DeliveryStore {
    /// Writes finished attempts of deliveries that are in the ledger.
    package func record(_ results: [AttemptResult]) async throws(LedgerError) {
        try await record(results, admitting: [])
    }
}
