import Deliveries
import Ledger

extension LedgerConformance {
    static let quarantine: [ConformanceCheck] = [
        ConformanceCheck("a quarantined entry is kept as it was read") { ledger in
            let new = Sample.quarantine("3-1")
            _ = try await ledger.admit([.quarantine(new)])
            let listed = try await ledger.quarantine(QuarantineQuery()).items
            let entry = try unwrap(listed.first, "entry")
            let expected = QuarantineEntry(
                id: entry.id,
                source: new.source,
                field: new.field,
                reason: new.reason,
                receivedAt: new.receivedAt
            )
            try expect(listed, is: [expected], "list")
            try expect(await ledger.quarantineEntry(entry.id), is: expected, "entry")
            try expect(await ledger.quarantineEntry(entry.id + 1), is: nil, "another id")
        },
        ConformanceCheck("an entry without fields, or with large ones, is kept too") { ledger in
            var empty = Sample.quarantine("1-0")
            empty.source.fields = []
            let large = Sample.quarantine("2-0", value: String(repeating: "x", count: 1_500_000))
            _ = try await ledger.admit([.quarantine(empty), .quarantine(large)])
            let listed = try await ledger.quarantine(QuarantineQuery()).items
            try expect(listed.map(\.size), is: [1_500_019, 0], "sizes")
            // A list has no more than the beginnings.
            let shown = listed.first?.source.fields.map(\.value.count)
            try expect(shown, is: [13, 256], "what is shown")
            for (entry, source) in zip(listed, [large.source, empty.source]) {
                let found = try await ledger.quarantineEntry(entry.id)
                try expect(found?.source == source, is: true, "sources survive")
            }
        },
        ConformanceCheck("an entry that is read again is quarantined once, another one under its id as well") {
            ledger in
            let entry = Sample.quarantine("1-0")
            let reused = Sample.quarantine("1-0", value: "after a flush")
            try expect(await ledger.admit([.quarantine(entry)]), is: [.quarantined], "first")
            let again = try await ledger.admit([.quarantine(entry), .quarantine(reused), .quarantine(entry)])
            try expect(again, is: [.quarantined, .quarantined, .quarantined], "again")
            let sources = try await ledger.quarantine(QuarantineQuery()).items.map(\.source)
            try expect(sources, is: [reused.source, entry.source], "sources")
        },
        ConformanceCheck("quarantined entries are listed newest first, page by page") { ledger in
            _ = try await ledger.admit((1...3).map { .quarantine(Sample.quarantine("\($0)-0")) })
            let first = try await ledger.quarantine(QuarantineQuery(limit: 2))
            try expect(first.items.map(\.source.entryID), is: ["3-0", "2-0"], "first page")
            try expect(first.hasMore, is: true, "more")
            let second = try await ledger.quarantine(QuarantineQuery(limit: 2, after: first.items.last?.id))
            try expect(second.items.map(\.source.entryID), is: ["1-0"], "second page")
            try expect(second.hasMore, is: false, "no more")
        },
        ConformanceCheck("a redriven entry becomes a delivery and leaves the quarantine") { ledger in
            let id = try await quarantined(in: ledger)
            let admission = try await ledger.redrive(id, as: .delivery(Sample.delivery(1)))
            try expect(admission, is: .admitted, "admission")
            try expect(await ledger.quarantineEntry(id), is: nil, "entry")
            try expect(await ledger.due(by: .distantFuture), is: [1], "due")
            try expect(await ledger.totals().pending, is: 1, "pending")
            let again = try await ledger.redrive(id, as: .delivery(Sample.delivery(2)))
            try expect(again, is: nil, "again")
            try expect(await ledger.list { _ in }, is: [1], "deliveries")
        },
        ConformanceCheck("a redriven entry that turns out to be a repeat leaves the quarantine") { ledger in
            try await ledger.add(Sample.delivery(1))
            let id = try await quarantined(in: ledger)
            let repeated = Sample.delivery(2, eventID: "evt_1")
            try expect(await ledger.redrive(id, as: .delivery(repeated)), is: .duplicate, "admission")
            try expect(await ledger.quarantineEntry(id), is: nil, "entry")
            try expect(await ledger.list { _ in }, is: [1], "deliveries")
        },
        ConformanceCheck("a redriven entry that still cannot be used stays, with the new reason") { ledger in
            try await ledger.add(Sample.delivery(1))
            let id = try await quarantined(in: ledger)
            let before = try await ledger.quarantineEntry(id)
            var refused = Sample.quarantine("9-0")
            (refused.field, refused.reason) = ("destination", "no route matches")
            try expect(await ledger.redrive(id, as: .quarantine(refused)), is: .quarantined, "refused")
            let still = try unwrap(await ledger.quarantineEntry(id), "entry")
            try expect(still.field, is: "destination", "field")
            try expect(still.reason, is: "no route matches", "reason")
            try expect(still.source, is: before?.source, "source")
            let conflicting = Sample.delivery(2, eventID: "evt_1", fingerprint: 2)
            try expect(await ledger.redrive(id, as: .delivery(conflicting)), is: .conflict, "conflict")
            try expect(await ledger.quarantineEntry(id)?.field, is: "conflict", "field of the conflict")
            try expect(await ledger.quarantine(QuarantineQuery()).items.count, is: 1, "entries")
            try expect(await ledger.list { _ in }, is: [1], "deliveries")
        },
        ConformanceCheck("a discarded entry is gone, and its id is not used again") { ledger in
            let id = try await quarantined(in: ledger)
            try expect(await ledger.discardQuarantineEntry(id), is: true, "discarded")
            try expect(await ledger.discardQuarantineEntry(id), is: false, "again")
            let next = try await quarantined(in: ledger)
            try expect(next > id, is: true, "a new id")
        },
    ]

    /// Quarantines one entry. - Returns: its id.
    private static func quarantined(in ledger: any DeliveryLedger) async throws -> Int64 {
        _ = try await ledger.admit([.quarantine(Sample.quarantine("9-0"))])
        return try unwrap(await ledger.quarantine(QuarantineQuery(limit: 1)).items.first?.id, "entry")
    }
}
