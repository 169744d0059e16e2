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
        let parts = health.now
        var reasons: [String] = []
        if let trouble = parts.intakeTrouble { reasons.append("stream: \(trouble)") }
        if let trouble = parts.acknowledgingTrouble { reasons.append("acknowledging: \(trouble)") }
        if let trouble = jobs.trouble { reasons.append("jobs: \(trouble)") }
        if let trouble = parts.ledgerTrouble { reasons.append("ledger: \(trouble)") }
        return Readiness(
            redisConnected: redis.state.isConnected && parts.canUseStream && jobs.trouble == nil,
            databaseConnected: parts.ledgerTrouble == nil,
            relay: parts.isRunning ? .running : .stopped,
            reasons: reasons
        )
    }
}
