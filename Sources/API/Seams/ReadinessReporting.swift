/// Tells whether the process can do its work.
package protocol ReadinessReporting: Sendable {
    /// How things stand now. Answers from what is known; it does not ask the servers.
    func readiness() async -> Readiness
}

/// Whether the parts that a process needs are there.
package struct Readiness: Hashable, Sendable {
    /// How the relay of this process stands.
    package enum Relay: String, Sendable, CaseIterable {
        case running
        case stopped
        /// This process has no relay role: its readiness does not depend on one.
        case absent
    }

    /// Whether Redis answers.
    package var redisConnected: Bool
    /// Whether the ledger takes writes.
    package var databaseConnected: Bool
    package var relay: Relay
    /// One line for a person for each thing that is wrong; without secrets.
    package var reasons: [String]

    /// Makes a report.
    package init(redisConnected: Bool, databaseConnected: Bool, relay: Relay, reasons: [String] = []) {
        self.redisConnected = redisConnected
        self.databaseConnected = databaseConnected
        self.relay = relay
        self.reasons = reasons
    }

    /// Whether requests should be sent here.
    package var isReady: Bool { redisConnected && databaseConnected && relay != .stopped }
}
