package import Ledger

/// Decides again about entries that could not be used.
package protocol QuarantineControlling: Sendable {
    /// Reads the entry again with the routes of now, and admits it if it has become usable.
    ///
    /// - Returns: what became of it: ``Admission/quarantined`` and ``Admission/conflict`` mean that it stays, with its new
    ///   reason in the ledger. `nil`: there is no such entry.
    func redrive(_ id: Int64, requestedBy: String) async throws(LedgerError) -> Admission?

    /// Removes an entry for good. - Returns: whether there was one.
    func discard(_ id: Int64, requestedBy: String) async throws(LedgerError) -> Bool
}
