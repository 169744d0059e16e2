import Logging
import Synchronization
import Telemetry

/// What readiness and metrics are told about the parts of the relay. Each part reports changes; nobody asks the servers.
package final class RelayHealth: Sendable {
    /// The parts at one moment.
    package struct Parts: Hashable, Sendable {
        /// Whether the stream can be read; the reason when it cannot.
        package var intakeTrouble: String? = "not started"
        /// Whether entries of the stream can be acknowledged; the reason when they cannot.
        package var acknowledgingTrouble: String?
        /// Whether the stream can be read and its entries acknowledged.
        package var canUseStream: Bool { intakeTrouble == nil && acknowledgingTrouble == nil }
        /// Whether the ledger takes writes; the reason when it does not.
        package var ledgerTrouble: String?
        /// Whether the ledger says what is pending, as it is asked once, at the start; the reason when it does not.
        package var startTrouble: String?
        /// Whether the ledger says which events it knows; the reason when it does not.
        package var lookUpTrouble: String?
        /// Whether the ledger hands out what is due; the reason when it does not.
        package var dueTrouble: String?
        /// Why the ledger cannot be used as it should be, each reason once.
        package var ledgerTroubles: [String] {
            [ledgerTrouble, startTrouble, lookUpTrouble, dueTrouble].compactMap { $0 }.reduce(into: []) {
                reasons,
                reason in
                if !reasons.contains(reason) { reasons.append(reason) }
            }
        }
        /// Whether the relay runs and is not stopping.
        package var isRunning = false
    }

    private let parts = Mutex(Parts())

    /// Everything is yet to be started.
    package init() {}

    /// The parts now.
    package var now: Parts { parts.withLock { $0 } }

    /// Notes whether the ledger takes writes, with one line for each change.
    func noteLedger(trouble new: String?, _ logger: Logger) {
        let old = parts.withLock { parts in
            defer { parts.ledgerTrouble = new }
            return parts.ledgerTrouble
        }
        guard old != new else { return }
        if let new {
            logger.error(
                "The ledger takes no writes: nothing is acknowledged and results wait",
                metadata: Logger.Metadata([.reason: "\(new)"])
            )
        } else {
            logger.info("The ledger takes writes again")
        }
    }

    /// Notes whether the ledger answers one kind of question, with one line for each change.
    func noteReading(_ part: WritableKeyPath<Parts, String?>, trouble new: String?, _ logger: Logger) {
        let old = parts.withLock { parts in
            defer { parts[keyPath: part] = new }
            return parts[keyPath: part]
        }
        guard old != new else { return }
        if let new {
            logger.error("The ledger cannot be read, trying again", metadata: Logger.Metadata([.reason: "\(new)"]))
        } else {
            logger.info("The ledger can be read again")
        }
    }

    func set(_ change: (inout Parts) -> Void) { parts.withLock { change(&$0) } }
}
