import Deliveries
import Ledger

extension LedgerConformance {
    static let retention: [ConformanceCheck] = [
        ConformanceCheck("what ended before its limit is removed with its event and its attempts, and nothing else is")
        { ledger in
            try await ledger.add((1...6).map { Sample.delivery($0) })
            try await ledger.record([
                Sample.delivered(1, at: Sample.time(0)), Sample.delivered(2, at: Sample.time(1_000)),
                Sample.dead(3, at: Sample.time(0)), Sample.dead(4, at: Sample.time(100)),
            ])
            _ = try await ledger.cancel(DeliveryID(rawValue: 5), at: Sample.time(0))
            let limits = RetentionLimits(
                deliveredBefore: Sample.time(500),
                deadBefore: Sample.time(50),
                attemptsBefore: .distantPast,
                quarantinedBefore: .distantPast,
                jobsBefore: .distantPast
            )
            try expect(await ledger.prune(limits, limit: 100), is: 3, "removed")
            try expect(await ledger.list { _ in }, is: [6, 4, 2], "deliveries")
            try expect(await ledger.prune(limits, limit: 100), is: 0, "removed the second time")
            let orders = try unwrap(await ledger.destinationStatistics(since: Sample.start).first, "orders")
            try expect([orders.pending, orders.delivered, orders.dead, orders.cancelled], is: [1, 1, 1, 0], "counts")
            // The event is gone with its delivery: its id is new again.
            try expect(
                await ledger.admit([.delivery(Sample.delivery(11, eventID: "evt_1"))]),
                is: [.admitted],
                "event 1"
            )
            try expect(
                await ledger.admit([.delivery(Sample.delivery(12, eventID: "evt_2"))]),
                is: [.duplicate],
                "event 2"
            )
        },
        ConformanceCheck("nothing that is pending is ever removed") { ledger in
            try await ledger.add(Sample.delivery(1), Sample.delivery(2))
            try await ledger.record([Sample.retry(1, next: Sample.time(5)), Sample.dead(2)])
            _ = try await ledger.replay(DeliveryID(rawValue: 2), force: false, requestedBy: "x", at: Sample.time(6))
            _ = try await ledger.prune(.everything, limit: 100)
            try expect(await ledger.due(by: .distantFuture), is: [1, 2], "due")
            try expect(await ledger.payloads(of: [DeliveryID(rawValue: 1)]).count, is: 1, "payload")
        },
        ConformanceCheck("a batch removes no more than its limit, and batches come to an end") { ledger in
            try await ledger.add((1...5).map { Sample.delivery($0) })
            try await ledger.record((1...5).map { Sample.delivered($0) })
            _ = try await ledger.admit((1...3).map { .quarantine(Sample.quarantine("\($0)-0")) })
            var removed: [Int] = []
            while removed.last != 0 { removed.append(try await ledger.prune(.everything, limit: 3)) }
            try expect(removed, is: [3, 3, 2, 0], "removed")
            try expect(await ledger.destinationStatistics(since: Sample.start), is: [], "statistics")
            let nothing = LedgerTotals(pending: 0, earliestDueAt: nil, quarantined: 0)
            try expect(await ledger.totals(), is: nothing, "totals")
        },
        ConformanceCheck("old attempts of a pending delivery are removed, and its number of attempts stays") { ledger in
            try await ledger.add(Sample.delivery(1))
            try await ledger.record(
                (1...4).map { Sample.retry(1, $0, at: Sample.time(Int64($0)), next: Sample.time(9)) }
            )
            var limits = RetentionLimits.nothing
            limits.attemptsBefore = Sample.time(3)
            try expect(await ledger.prune(limits, limit: 1), is: 1, "first batch")
            try expect(await ledger.find(1).attempts.map(\.number), is: [2, 3, 4], "attempts")
            try expect(await ledger.prune(limits, limit: 10), is: 1, "second batch")
            try expect(await ledger.prune(limits, limit: 10), is: 0, "third batch")
            let found = try await ledger.find(1)
            try expect(found.attempts.map(\.number), is: [3, 4], "attempts")
            try expect(found.summary.attempts, is: 4, "count")
        },
        ConformanceCheck("quarantined entries are removed by the time of their receipt") { ledger in
            _ = try await ledger.admit([
                .quarantine(Sample.quarantine("1-0", receivedAt: Sample.time(1))),
                .quarantine(Sample.quarantine("2-0", receivedAt: Sample.time(2))),
            ])
            var limits = RetentionLimits.nothing
            limits.quarantinedBefore = Sample.time(2)
            try expect(await ledger.prune(limits, limit: 10), is: 1, "removed")
            try expect(await ledger.quarantine(QuarantineQuery()).items.map(\.source.entryID), is: ["2-0"], "left")
        },
    ]
}

extension RetentionLimits {
    static let everything = RetentionLimits(
        deliveredBefore: .distantFuture,
        deadBefore: .distantFuture,
        attemptsBefore: .distantFuture,
        quarantinedBefore: .distantFuture,
        jobsBefore: .distantFuture
    )
    static let nothing = RetentionLimits(
        deliveredBefore: .distantPast,
        deadBefore: .distantPast,
        attemptsBefore: .distantPast,
        quarantinedBefore: .distantPast,
        jobsBefore: .distantPast
    )
}

extension Timestamp {
    static let distantPast = Timestamp(milliseconds: 0)
}
