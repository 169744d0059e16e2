package import Deliveries
import GRDB

extension SQLiteLedger {
    package func totals() async throws(LedgerError) -> LedgerTotals {
        // A row for each URL that ever came with an event: this is not for the readers that deliveries wait for.
        try await scan { db in
            let totals = try db.cachedStatement(sql: Self.totalsSQL).first([]) {
                LedgerTotals(
                    pending: try $0.count(),
                    earliestDueAt: try $0.optionalTime(),
                    quarantined: try $0.count()
                )
            }
            return totals ?? LedgerTotals(pending: 0, earliestDueAt: nil, quarantined: 0)
        }
    }

    package func destinationStatistics(since time: Timestamp) async throws(LedgerError) -> [DestinationStatistics] {
        try await scan { db in
            var latencies: [String: LatencySummary] = [:]
            let since = LatencyTally.minute(of: time)
            _ = try db.cachedStatement(sql: Self.latenciesSQL).all([.integer(since)]) {
                latencies[try $0.text(), default: LatencySummary()]
                    .add(attempts: try $0.count(), delivered: try $0.count(), milliseconds: try $0.real())
            }
            return try db.cachedStatement(sql: Self.statisticsSQL).all([]) {
                let destination = try $0.text()
                let latency = latencies[destination] ?? LatencySummary()
                return DestinationStatistics(
                    destination: destination,
                    url: try $0.text(),
                    pending: try $0.count(),
                    delivered: try $0.count(),
                    dead: try $0.count(),
                    cancelled: try $0.count(),
                    earliestDueAt: try $0.optionalTime(),
                    recentAttempts: latency.attempts,
                    recentDelivered: latency.delivered,
                    meanMilliseconds: latency.mean,
                    p95Milliseconds: latency.percentile(0.95)
                )
            }
        }
    }

    static let totalsSQL = """
        SELECT
          (SELECT coalesce(sum(pending), 0) FROM destination_counts),
          (SELECT min(\(earliestDueSQL)) FROM destination_counts WHERE pending > 0),
          (SELECT count(*) FROM quarantine)
        """

    static let statisticsSQL = """
        SELECT destination, url, pending, delivered, dead, cancelled,
          CASE WHEN pending > 0 THEN \(earliestDueSQL) END
        FROM destination_counts
        ORDER BY destination
        """

    static let latenciesSQL = """
        SELECT destination, sum(attempts), sum(delivered), sum(total_ms)
        FROM latencies
        WHERE minute >= ?
        GROUP BY destination, bucket
        ORDER BY destination, bucket
        """
}

/// The buckets of one destination, added from the fastest to the slowest.
private struct LatencySummary {
    private(set) var attempts = 0
    private(set) var delivered = 0
    private var milliseconds = 0.0
    private var buckets: [(attempts: Int, mean: Double)] = []

    mutating func add(attempts count: Int, delivered good: Int, milliseconds total: Double) {
        guard count > 0 else { return }
        attempts += count
        delivered += good
        milliseconds += total
        buckets.append((count, total / Double(count)))
    }

    var mean: Double? { attempts > 0 ? milliseconds / Double(attempts) : nil }

    /// The mean of the bucket that the percentile falls in.
    func percentile(_ fraction: Double) -> Double? {
        let rank = (Double(attempts) * fraction).rounded(.up)
        var seen = 0
        for bucket in buckets {
            seen += bucket.attempts
            if Double(seen) >= rank { return bucket.mean }
        }
        return nil
    }
}
