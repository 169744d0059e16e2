package import Deliveries
package import Ledger

extension DeliveryStore {
    /// Writes finished attempts of deliveries that are in the ledger.
    package func record(_ results: [AttemptResult]) async throws(LedgerError) {
        try await record(results, admitting: [])
    }

    /// A page beside which nothing is stuck.
    package func due(at destination: String, by time: Timestamp, limit: Int) async throws(LedgerError) -> DuePage {
        try await due(at: destination, by: time, limit: limit, stuck: 0)
    }
}
