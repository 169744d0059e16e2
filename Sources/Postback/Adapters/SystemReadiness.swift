import API
import Jobs
import RedisClient
import Relay

/// Tells whether the relay can do its work now, from what its parts have noted: asking costs nothing.
struct SystemReadiness: ReadinessReporting {
    let redis: RedisClient
    let health: RelayHealth
    let jobs: JobHealth

    func readiness() async -> Readiness {
        Self.readiness(health.now, redisIsConnected: redis.state.isConnected, jobTrouble: jobs.trouble)
    }

    /// What the parts come to.
    static func readiness(_ parts: RelayHealth.Parts, redisIsConnected: Bool, jobTrouble: String?) -> Readiness {
        var reasons: [String] = []
        if let trouble = parts.intakeTrouble { reasons.append("stream: \(trouble)") }
        if let trouble = parts.acknowledgingTrouble { reasons.append("acknowledging: \(trouble)") }
        if let trouble = jobTrouble { reasons.append("jobs: \(trouble)") }
        for trouble in parts.ledgerTroubles { reasons.append("ledger: \(trouble)") }
        return Readiness(
            redisConnected: redisIsConnected && parts.canUseStream && jobTrouble == nil,
            databaseConnected: parts.ledgerTroubles.isEmpty,
            relay: parts.isRunning ? .running : .stopped,
            reasons: reasons
        )
    }
}
