import API
import Relay
import Testing

@testable import Postback

/// What readiness makes of what the parts have noted.
@Suite struct SystemReadinessTests {
    private var parts: RelayHealth.Parts

    init() {
        parts = RelayHealth().now
        parts.intakeTrouble = nil
        parts.isRunning = true
    }

    private func readiness(_ change: (inout RelayHealth.Parts) -> Void) -> Readiness {
        var parts = parts
        change(&parts)
        return SystemReadiness.readiness(parts, redisIsConnected: true, jobTrouble: nil)
    }

    @Test func `a ledger that cannot be read is named like one that cannot be written, and each reason once`() {
        #expect(readiness { _ in }.isReady)
        let changes: [(inout RelayHealth.Parts) -> Void] = [
            { $0.ledgerTrouble = "away" }, { $0.startTrouble = "away" }, { $0.lookUpTrouble = "away" },
            { ($0.ledgerTrouble, $0.startTrouble, $0.lookUpTrouble) = ("away", "away", "away") },
        ]
        for change in changes {
            let readiness = readiness(change)
            #expect(!readiness.isReady && !readiness.databaseConnected)
            #expect(readiness.reasons == ["ledger: away"])
        }
    }
}
