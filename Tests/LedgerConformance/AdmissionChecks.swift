import Deliveries
import Ledger

extension LedgerConformance {
    static let admission: [ConformanceCheck] = [
        ConformanceCheck("an admitted delivery is kept in every field, pending and due at once") { ledger in
            let new = Sample.delivery(7)
            try await ledger.add(new)
            let found = try await ledger.find(7)
            let expected = DeliverySummary(
                id: new.id,
                eventID: new.eventID,
                type: new.type,
                tenant: new.tenant,
                jobID: new.jobID,
                productID: new.productID,
                queue: new.queue,
                destination: new.destination,
                route: new.route,
                url: new.url,
                status: .pending,
                attempts: 0,
                nextAttemptAt: new.receivedAt,
                publishedAt: new.publishedAt,
                receivedAt: new.receivedAt,
                endedAt: nil,
                lastOutcome: nil,
                lastStatusCode: nil,
                lastError: nil
            )
            try expect(found.summary, is: expected, "summary")
            try expect(found.body, is: new.body, "body")
            try expect(found.traceparent, is: new.traceparent, "traceparent")
            try expect(found.attempts, is: [], "attempts")
        },
        ConformanceCheck("what an event does not have stays absent") { ledger in
            var new = Sample.delivery(1)
            (new.tenant, new.jobID, new.productID, new.queue) = (nil, nil, nil, nil)
            (new.route, new.traceparent, new.body) = (nil, nil, [])
            try await ledger.add(new)
            let found = try await ledger.find(1)
            let absent = [
                found.summary.tenant, found.summary.jobID, found.summary.productID, found.summary.queue,
                found.summary.route, found.traceparent,
            ]
            try expect(absent, is: [nil, nil, nil, nil, nil, nil], "absent fields")
            try expect(found.body, is: [], "body")
        },
        ConformanceCheck("ids that are taken are told, of events and of deliveries") { ledger in
            try await ledger.add(Sample.delivery(1))
            let asked = [
                Sample.delivery(1), Sample.delivery(2), Sample.delivery(3, eventID: "evt_1"),
                Sample.delivery(1, eventID: "x"),
            ]
            let expected = [(true, true), (false, false), (true, false), (false, true)].map(KnownIDs.init)
            try expect(await ledger.known(asked), is: expected, "known")
            try expect(await ledger.known([]), is: [], "of none")
        },
        ConformanceCheck("an event that is there with the same content is absorbed") { ledger in
            try await ledger.add(Sample.delivery(1))
            let again = Sample.delivery(2, eventID: "evt_1")
            try expect(await ledger.admit([.delivery(again)]), is: [.duplicate], "admission")
            try expect(await ledger.list { _ in }, is: [1], "deliveries")
            try expect(await ledger.quarantine(QuarantineQuery()).items, is: [], "quarantine")
        },
        ConformanceCheck("an event that is there with other content is quarantined as a conflict, with its raw fields")
        {
            ledger in
            try await ledger.add(Sample.delivery(1))
            var other = Sample.delivery(2, eventID: "evt_1", fingerprint: 2)
            other.receivedAt = Sample.time(9)
            try expect(await ledger.admit([.delivery(other)]), is: [.conflict], "admission")
            try expect(await ledger.admit([.delivery(other)]), is: [.conflict], "the same entry, read again")
            let entries = try await ledger.quarantine(QuarantineQuery()).items
            try expect(entries.map(\.source), is: [other.source], "sources")
            try expect(entries.map(\.field), is: ["conflict"], "fields")
            try expect(entries.map(\.receivedAt), is: [Sample.time(9)], "times")
            try expect(await ledger.list { _ in }, is: [1], "deliveries")
        },
        ConformanceCheck("duplicates and conflicts are found within a batch, and answered in order") { ledger in
            let answers = try await ledger.admit([
                .delivery(Sample.delivery(1)),
                .quarantine(Sample.quarantine("5-0")),
                .delivery(Sample.delivery(2, eventID: "evt_1")),
                .delivery(Sample.delivery(3, eventID: "evt_1", fingerprint: 2)),
                .delivery(Sample.delivery(4)),
            ])
            try expect(answers, is: [.admitted, .quarantined, .duplicate, .conflict, .admitted], "answers")
            try expect(await ledger.list { _ in }, is: [4, 1], "deliveries")
        },
        ConformanceCheck("an empty batch is answered by nothing") { ledger in
            try expect(await ledger.admit([]), is: [], "answers")
        },
        ConformanceCheck("a batch with one impossible delivery changes nothing") { ledger in
            try await ledger.add(Sample.delivery(1))
            // The id of a delivery that exists, for another event.
            let batch: [AdmissionRequest] = [
                .delivery(Sample.delivery(2)), .delivery(Sample.delivery(1, eventID: "evt_other")),
            ]
            do {
                _ = try await ledger.admit(batch)
                throw ConformanceFailure(description: "the batch was admitted")
            } catch let error as LedgerError {
                try expect(error.code, is: .internal, "error")
            }
            try expect(await ledger.list { _ in }, is: [1], "deliveries")
            try expect(await ledger.totals().pending, is: 1, "pending")
        },
        ConformanceCheck("text of any kind survives, however it looks to SQL") { ledger in
            var new = Sample.delivery(1, destination: "naïve' \"%_\\ 名前 🙂")
            new.tenant = "'; DROP TABLE deliveries; --"
            try await ledger.add(new)
            let found = try await ledger.find(1).summary
            try expect(found.destination, is: new.destination, "destination")
            try expect(found.tenant, is: new.tenant, "tenant")
        },
        ConformanceCheck("a NUL in text cuts nothing off") { ledger in
            var new = Sample.delivery(1)
            new.tenant = "a\0b"
            try await ledger.add(new)
            try expect(await ledger.find(1).summary.tenant, is: "a\u{FFFD}b", "tenant")
        },
    ]
}
