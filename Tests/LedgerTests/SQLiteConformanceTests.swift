import Ledger
import LedgerConformance
import Testing

@Suite("SQLite ledger: what every driver does")
struct SQLiteConformanceTests {
    @Test("it keeps the rule", arguments: LedgerConformance.all)
    func conforms(_ check: ConformanceCheck) async throws {
        try await withLedger { ledger, _ in try await check.run(on: ledger) }
    }
}
