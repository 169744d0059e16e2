import Deliveries
import Ledger

extension LedgerConformance {
    static let replays: [ConformanceCheck] = [
        ConformanceCheck("a replayed delivery is due at once, with its whole schedule and its body") { ledger in
            let new = Sample.delivery(1)
            try await ledger.add(new)
            try await ledger.record([Sample.retry(1, next: Sample.time(5)), Sample.dead(1, 2)])
            let answer = try await ledger.replay(new.id, force: false, requestedBy: "ops", at: Sample.time(100))
            let due = DueDelivery(
                id: new.id,
                dueAt: Sample.time(100),
                progress: DeliveryProgress(attempts: 2, trigger: .replay, requestedBy: "ops")
            )
            try expect(answer, is: .replayed(due, destination: "orders", url: new.url), "answer")
            let page = try await ledger.due(at: "orders", by: Sample.time(100), limit: 1)
            try expect(page.deliveries, is: [due], "due")
            let found = try await ledger.find(1)
            try expect(found.summary.status, is: .pending, "status")
            try expect(found.summary.endedAt, is: nil, "end")
            try expect(found.attempts.count, is: 2, "attempts")
            let payloads = try await ledger.payloads(of: [new.id])
            try expect(payloads.map(\.body), is: [new.body], "body")
            try expect(payloads.map(\.eventID), is: [new.eventID], "event id")
        },
        ConformanceCheck("a delivered delivery is replayed only by force") { ledger in
            try await ledger.add(Sample.delivery(1))
            try await ledger.record([Sample.delivered(1)])
            let id = DeliveryID(rawValue: 1)
            let refused = try await ledger.replay(id, force: false, requestedBy: "ops", at: Sample.time(1))
            try expect(refused, is: .alreadyDelivered, "without force")
            try expect(await ledger.status(1), is: .delivered, "status")
            _ = try await ledger.replay(id, force: true, requestedBy: "ops", at: Sample.time(1))
            try expect(await ledger.status(1), is: .pending, "status after force")
            try await ledger.record([Sample.delivered(1, 2)])
            try expect(await ledger.status(1), is: .delivered, "status after the replay")
        },
        ConformanceCheck("a cancelled delivery can be replayed") { ledger in
            try await ledger.add(Sample.delivery(1))
            let id = DeliveryID(rawValue: 1)
            try expect(await ledger.cancel(id, at: Sample.time(1)), is: .cancelled(destination: "orders"), "cancel")
            _ = try await ledger.replay(id, force: false, requestedBy: "ops", at: Sample.time(2))
            try expect(await ledger.due(by: Sample.time(2)), is: [1], "due")
        },
        ConformanceCheck("a pending delivery that is replayed is due at once") { ledger in
            try await ledger.add(Sample.delivery(1))
            let progress = DeliveryProgress(attempts: 1, step: 4, notReadySince: Sample.start, notReadyTries: 3)
            let next = NextStep.retry(at: Sample.time(9_000), progress: progress)
            try await ledger.record([AttemptResult(attempt: Sample.attempt(1, 1), next: next)])
            _ = try await ledger.replay(DeliveryID(rawValue: 1), force: false, requestedBy: "me", at: Sample.time(3))
            let due = try await ledger.due(at: "orders", by: Sample.time(3), limit: 1).deliveries
            let expected = DeliveryProgress(attempts: 1, trigger: .replay, requestedBy: "me")
            try expect(due.map(\.progress), is: [expected], "progress")
        },
        ConformanceCheck("an attempt that began before a replay, or knew nothing of it, does not take its place") {
            ledger in
            let id = DeliveryID(rawValue: 1)
            let results = [
                Sample.dead(1, at: Sample.time(5)), Sample.retry(1, at: Sample.time(5), next: Sample.time(9_000)),
                // A page had brought it in before, and it went out after.
                Sample.dead(1, at: Sample.time(11)),
            ]
            // A probe that was about to go out, whose sender heard of the replay.
            var probe = Sample.dead(1, at: Sample.time(11))
            probe.attempt.trigger = .probe
            probe.replayDueAt = Sample.time(10)
            for (index, result) in (results + [probe]).enumerated() {
                let destination = "replayed\(index)"
                let number = Int64(index + 1)
                try await ledger.add(Sample.delivery(number, destination: destination))
                _ = try await ledger.replay(
                    DeliveryID(rawValue: number),
                    force: false,
                    requestedBy: "ops",
                    at: Sample.time(10)
                )
                var result = result
                result.attempt.delivery = DeliveryID(rawValue: number)
                try await ledger.record([result])
                let due = try await ledger.due(at: destination, by: Sample.time(10), limit: 1).deliveries
                let progress = DeliveryProgress(attempts: 1, trigger: .replay, requestedBy: "ops")
                try expect(due.map(\.progress), is: [progress], "due for \(result.next)")
                try expect(await ledger.find(number).attempts.count, is: 1, "recorded")
            }
            var replay = Sample.dead(1, 2, at: Sample.time(12))
            replay.attempt.trigger = .replay
            try await ledger.record([replay])
            try expect(await ledger.status(1), is: .dead, "status after the replay")
            _ = try await ledger.replay(id, force: false, requestedBy: "ops", at: Sample.time(20))
            try await ledger.record([Sample.delivered(1, 3, at: Sample.time(15))])
            try expect(await ledger.status(1), is: .delivered, "what was delivered needs no replay")
        },
        ConformanceCheck("what is not there can be neither replayed nor cancelled") { ledger in
            let id = DeliveryID(rawValue: 5)
            let replay = try await ledger.replay(id, force: true, requestedBy: "ops", at: Sample.start)
            try expect(replay, is: .notFound, "replay")
            try expect(await ledger.cancel(id, at: Sample.start), is: .notFound, "cancel")
        },
        ConformanceCheck("a cancelled delivery is not due, and what has ended is not cancelled") { ledger in
            try await ledger.add(Sample.delivery(1), Sample.delivery(2))
            let (first, second) = (DeliveryID(rawValue: 1), DeliveryID(rawValue: 2))
            _ = try await ledger.cancel(first, at: Sample.time(4))
            try await ledger.record([Sample.delivered(2)])
            try expect(await ledger.due(by: .distantFuture), is: [], "due")
            try expect(await ledger.find(1).summary.endedAt, is: Sample.time(4), "end")
            try expect(await ledger.cancel(first, at: Sample.time(5)), is: .alreadyEnded(.cancelled), "again")
            try expect(await ledger.cancel(second, at: Sample.time(5)), is: .alreadyEnded(.delivered), "delivered")
            try expect(await ledger.payloads(of: [first, second]), is: [], "payloads")
        },
    ]
}
