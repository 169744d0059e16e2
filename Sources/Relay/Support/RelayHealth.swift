import Synchronization

/// What readiness and metrics are told about the parts of the relay. Each part reports changes; nobody asks the servers.
package final class RelayHealth: Sendable {
    /// The parts at one moment.
    package struct Parts: Hashable, Sendable {
        /// Whether the stream can be read; the reason when it cannot.
        package var intakeTrouble: String? = "not started"
        /// Whether the ledger takes writes; the reason when it does not.
        package var ledgerTrouble: String?
        /// Whether the relay runs and is not stopping.
        package var isRunning = false
    }

    private let parts = Mutex(Parts())

    /// Everything is yet to be started.
    package init() {}

    /// The parts now.
    package var now: Parts { parts.withLock { $0 } }

    func set(_ change: (inout Parts) -> Void) { parts.withLock { change(&$0) } }
}
