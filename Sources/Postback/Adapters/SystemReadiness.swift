import API
import Ledger
import RedisClient
import Relay

/// Tells whether the relay can do its work now.
struct SystemReadiness: ReadinessReporting {
    let redis: RedisClient
    let health: RelayHealth
    let ledger: any OperatorLedger

    func readiness() async -> Readiness {
        let parts = health.now
        var reasons: [String] = []
        if let trouble = parts.intakeTrouble { reasons.append("stream: \(trouble)") }
        if let trouble = parts.ledgerTrouble { reasons.append("ledger: \(trouble)") }
        var canRead = true
        do {
            _ = try await ledger.totals()
        } catch {
            canRead = false
            if parts.ledgerTrouble == nil { reasons.append("ledger: \(error)") }
        }
        return Readiness(
            redisConnected: redis.state.isConnected && parts.intakeTrouble == nil,
            databaseConnected: canRead && parts.ledgerTrouble == nil,
            relay: parts.isRunning ? .running : .stopped,
            reasons: reasons
        )
    }
}
