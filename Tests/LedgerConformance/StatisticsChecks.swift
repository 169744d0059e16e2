import Deliveries
import Ledger

extension LedgerConformance {
    static let statistics: [ConformanceCheck] = [
        ConformanceCheck("an empty ledger counts nothing") { ledger in
            let nothing = LedgerTotals(pending: 0, earliestDueAt: nil, quarantined: 0)
            try expect(await ledger.totals(), is: nothing, "totals")
            try expect(await ledger.destinationStatistics(since: Sample.start), is: [], "statistics")
            try expect(await ledger.backlog(), is: [], "backlog")
        },
        ConformanceCheck("totals count what is pending over all destinations, and what is quarantined") { ledger in
            try await ledger.add([
                Sample.delivery(1, receivedAt: Sample.time(5)), Sample.delivery(2, destination: "other"),
                Sample.delivery(3), Sample.delivery(4),
            ])
            _ = try await ledger.admit([.quarantine(Sample.quarantine("1-0"))])
            try await ledger.record([
                Sample.delivered(3), Sample.dead(4), Sample.retry(2, next: Sample.time(3)),
            ])
            let expected = LedgerTotals(pending: 2, earliestDueAt: Sample.time(3), quarantined: 1)
            try expect(await ledger.totals(), is: expected, "totals")
        },
        ConformanceCheck("statistics count each destination's deliveries by status") { ledger in
            try await ledger.add((1...6).map { Sample.delivery($0, receivedAt: Sample.time($0)) })
            try await ledger.add(Sample.delivery(7, destination: "other"))
            try await ledger.record([
                Sample.delivered(1), Sample.delivered(2), Sample.dead(3), Sample.delivered(7),
            ])
            _ = try await ledger.cancel(DeliveryID(rawValue: 4), at: Sample.time(9))
            let found = try await byName(ledger)
            let orders = try unwrap(found["orders"], "orders")
            try expect([orders.pending, orders.delivered, orders.dead, orders.cancelled], is: [2, 2, 1, 1], "orders")
            try expect(orders.earliestDueAt, is: Sample.time(5), "earliest")
            try expect(orders.url, is: "https://orders.example.com/hook", "URL")
            let other = try unwrap(found["other"], "other")
            try expect([other.pending, other.delivered, other.dead, other.cancelled], is: [0, 1, 0, 0], "other")
            try expect(other.earliestDueAt, is: nil, "earliest of other")
        },
        ConformanceCheck("statistics follow replays") { ledger in
            try await ledger.add(Sample.delivery(1))
            try await ledger.record([Sample.dead(1)])
            _ = try await ledger.replay(DeliveryID(rawValue: 1), force: false, requestedBy: "x", at: Sample.time(1))
            let orders = try unwrap(await byName(ledger)["orders"], "orders")
            try expect([orders.pending, orders.dead], is: [1, 0], "orders")
            try expect(orders.earliestDueAt, is: Sample.time(1), "earliest")
        },
        ConformanceCheck("recent attempts are counted with their mean and their 95th percentile, within 12.5 percent") {
            ledger in
            let hour: Int64 = 3_600_000
            try await ledger.add((1...101).map { Sample.delivery($0) })
            // An hour ago; then 1, 2, … 100 ms, the last ten of them failures.
            try await ledger.record([Sample.delivered(101, at: Sample.start, total: 9_999)])
            try await ledger.record(
                (1...100).map { (number: Int64) in
                    let time = Sample.time(hour + number)
                    guard number > 90 else { return Sample.delivered(number, at: time, total: Double(number)) }
                    var result = Sample.dead(number, at: time)
                    result.attempt.answer.times.total = Double(number)
                    return result
                }
            )
            let since = Sample.time(hour)
            let orders = try unwrap(await ledger.destinationStatistics(since: since).first, "orders")
            try expect(orders.recentAttempts, is: 100, "attempts")
            try expect(orders.recentDelivered, is: 90, "delivered")
            let mean = try unwrap(orders.meanMilliseconds, "mean")
            try expect((50.4...50.6).contains(mean), is: true, "mean \(mean)")
            let p95 = try unwrap(orders.p95Milliseconds, "p95")
            try expect((95 * 0.875...95 * 1.125).contains(p95), is: true, "p95 \(p95)")
            let all = try unwrap(await ledger.destinationStatistics(since: Sample.start).first, "orders")
            try expect(all.recentAttempts, is: 101, "attempts of both hours")
        },
        ConformanceCheck("a destination without recent attempts has no latency") { ledger in
            try await ledger.add(Sample.delivery(1))
            let orders = try unwrap(await byName(ledger)["orders"], "orders")
            try expect(orders.recentAttempts, is: 0, "attempts")
            try expect(orders.meanMilliseconds, is: nil, "mean")
            try expect(orders.p95Milliseconds, is: nil, "p95")
        },
    ]

    private static func byName(_ ledger: any DeliveryLedger) async throws -> [String: DestinationStatistics] {
        let statistics = try await ledger.destinationStatistics(since: Sample.start)
        return Dictionary(statistics.map { ($0.destination, $0) }, uniquingKeysWith: { first, _ in first })
    }
}
