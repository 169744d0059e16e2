import Deliveries
import GRDB
import LedgerConformance
import Testing

@testable import Ledger

@Suite("SQLite ledger: latencies")
struct LatencyTests {
    @Test("buckets rise with the time, eight to a doubling")
    func buckets() {
        let buckets = stride(from: 0.0, through: 60_000, by: 0.37).map { LatencyTally.bucket(of: $0) }
        #expect(buckets == buckets.sorted())
        #expect(LatencyTally.bucket(of: 64) + 8 == LatencyTally.bucket(of: 128))
        #expect(LatencyTally.bucket(of: 100) == LatencyTally.bucket(of: 103.9))
        #expect(LatencyTally.bucket(of: 100) != LatencyTally.bucket(of: 104))
    }

    @Test("times that no clock shows are kept as none", arguments: [-1, Double.nan, .infinity, -.infinity])
    func absurd(total: Double) async throws {
        try await withLedger { ledger, _ in
            try await ledger.add(Sample.delivery(1))
            try await ledger.record([Sample.delivered(1, total: total)])
            let detail = try #require(try await ledger.delivery(DeliveryID(rawValue: 1)))
            #expect(detail.attempts.map(\.answer.times.total) == [0])
            #expect(detail.summary.endedAt == Sample.start)
            let statistics = try await ledger.destinationStatistics(since: Sample.start)
            #expect(statistics.map(\.meanMilliseconds) == [0])
        }
    }

    @Test("minutes of more than a day ago are forgotten, one with each commit")
    func forgetting() async throws {
        try await withLedger { ledger, _ in
            try await ledger.add((1...5).map { Sample.delivery($0) })
            let day: Int64 = 24 * 60 * 60_000
            for minute in 0...2 {
                try await ledger.record([Sample.delivered(Int64(minute) + 1, at: Sample.time(Int64(minute) * 60_000))])
            }
            #expect(try await minutes(ledger) == 3)
            try await ledger.record([Sample.delivered(4, at: Sample.time(day + 5 * 60_000))])
            #expect(try await minutes(ledger) == 3)
            try await ledger.record([Sample.delivered(5, at: Sample.time(day + 5 * 60_000))])
            #expect(try await minutes(ledger) == 2)
        }
    }

    private func minutes(_ ledger: SQLiteLedger) async throws -> Int? {
        try await ledger.pool.read { try Int.fetchOne($0, sql: "SELECT count(DISTINCT minute) FROM latencies") }
    }
}
