import Deliveries
import Ledger

extension LedgerConformance {
    static let recording: [ConformanceCheck] = [
        ConformanceCheck("a delivered attempt ends its delivery and is kept in every field") { ledger in
            try await ledger.add(Sample.delivery(1))
            let result = Sample.delivered(1, at: Sample.time(10))
            try await ledger.record([result])
            let found = try await ledger.find(1)
            try expect(found.attempts, is: [result.attempt], "attempts")
            try expect(found.summary.status, is: .delivered, "status")
            try expect(found.summary.attempts, is: 1, "count")
            try expect(found.summary.nextAttemptAt, is: nil, "next attempt")
            try expect(found.summary.endedAt, is: Sample.time(23), "end: the start and 12.5 ms")
            try expect(found.summary.lastOutcome, is: .delivered, "last outcome")
            try expect(found.summary.lastStatusCode, is: 200, "last status code")
            try expect(found.summary.lastError, is: nil, "last error")
        },
        ConformanceCheck("a delivery written with the attempt that ended it is kept as in two steps") { ledger in
            for (number, result) in [(1, Sample.delivered(1, at: Sample.time(10))), (2, Sample.dead(2))]
                as [(Int64, AttemptResult)]
            {
                let new = Sample.delivery(number)
                try expect(await ledger.record([result], admitting: [new]), is: [.admitted], "admission")
                let found = try await ledger.find(number)
                let twin = Sample.delivery(number + 10)
                var twinResult = result
                twinResult.attempt.delivery = twin.id
                try await ledger.add(twin)
                try await ledger.record([twinResult])
                var expected = try await ledger.find(number + 10)
                try expect(found.body, is: new.body, "body")
                try expect(found.attempts, is: [result.attempt], "attempts")
                expected.summary.id = new.id
                expected.summary.eventID = new.eventID
                expected.summary.jobID = new.jobID
                try expect(found.summary, is: expected.summary, "summary")
            }
            try expect(await ledger.due(by: Sample.time(1_000_000)), is: [], "due")
            let statistics = try await ledger.destinationStatistics(since: Sample.start)
            try expect(statistics.map(\.recentAttempts), is: [4], "attempts counted")
            try expect(statistics.map(\.delivered), is: [2], "delivered")
            try expect(statistics.map(\.dead), is: [2], "dead")
            try expect(statistics.map(\.pending), is: [0], "pending")
        },
        ConformanceCheck("deliveries are written before results, whatever they have to do with each other") { ledger in
            try await ledger.add(Sample.delivery(1))
            let results = [Sample.delivered(1), Sample.retry(2, next: Sample.time(5_000)), Sample.delivered(9)]
            let admissions = try await ledger.record(results, admitting: [Sample.delivery(2), Sample.delivery(3)])
            try expect(admissions, is: [.admitted, .admitted], "admissions")
            try expect(await ledger.find(1).summary.status, is: .delivered, "what was there")
            try expect(await ledger.find(2).summary.nextAttemptAt, is: Sample.time(5_000), "what is tried again")
            try expect(await ledger.find(2).attempts.count, is: 1, "its attempts")
            try expect(await ledger.find(3).summary.attempts, is: 0, "what has no result")
            try expect(await ledger.list { _ in }, is: [3, 2, 1], "deliveries")
        },
        ConformanceCheck("a commit of deliveries and results may be repeated") { ledger in
            let (results, deliveries) = ([Sample.delivered(1)], [Sample.delivery(1), Sample.delivery(2)])
            try await ledger.record(results, admitting: deliveries)
            let again = try await ledger.record(results, admitting: deliveries)
            try expect(again, is: [.duplicate, .duplicate], "admissions")
            try expect(await ledger.find(1).attempts.count, is: 1, "attempts")
            let statistics = try await ledger.destinationStatistics(since: Sample.start)
            try expect(statistics.map(\.delivered), is: [1], "delivered")
            try expect(statistics.map(\.pending), is: [1], "pending")
        },
        ConformanceCheck("what is written with its result is absorbed or kept as a conflict as elsewhere") { ledger in
            try await ledger.add(Sample.delivery(1))
            let deliveries = [
                Sample.delivery(2, eventID: "evt_1"), Sample.delivery(3, eventID: "evt_1", fingerprint: 2),
            ]
            let admissions = try await ledger.record([Sample.delivered(2), Sample.delivered(3)], admitting: deliveries)
            try expect(admissions, is: [.duplicate, .conflict], "admissions")
            try expect(await ledger.find(1).attempts, is: [], "attempts of the one that was there")
            try expect(await ledger.list { _ in }, is: [1], "deliveries")
            try expect(await ledger.quarantine(QuarantineQuery()).items.map(\.field), is: ["conflict"], "quarantine")
        },
        ConformanceCheck("of very many, each that is known is told from the new ones, and everything is kept of those")
        { ledger in
            try await ledger.add(Sample.delivery(100))
            let known: [Int64: (event: String, fingerprint: UInt8, admission: Admission)] = [
                // Of an earlier commit, of the same statement and of another one.
                7: ("evt_100", 1, .duplicate), 13: ("evt_100", 2, .conflict), 21: ("evt_20", 1, .duplicate),
                29: ("evt_17", 2, .conflict), 37: ("evt_2", 2, .conflict), 43: ("evt_42", 1, .duplicate),
            ]
            let numbers = Array<Int64>(1...45)
            let deliveries = numbers.map { number in
                let other = known[number]
                return Sample.delivery(number, eventID: other?.event, fingerprint: other?.fingerprint ?? 1)
            }
            let isPending = { (number: Int64) in number.isMultiple(of: 5) }
            let results = numbers.filter { !isPending($0) }.map { Sample.delivered($0) }
            let admissions = try await ledger.record(results, admitting: deliveries)
            try expect(admissions, is: numbers.map { known[$0]?.admission ?? .admitted }, "admissions")
            let fresh = numbers.filter { known[$0] == nil }
            try expect(await ledger.list { $0.limit = 100 }, is: [100] + fresh.reversed(), "deliveries")
            for number in fresh {
                let found = try await ledger.find(number)
                try expect(found.summary.eventID, is: "evt_\(number)", "event")
                try expect(found.summary.status, is: isPending(number) ? .pending : .delivered, "status of \(number)")
                try expect(
                    found.attempts.map(\.outcome),
                    is: isPending(number) ? [] : [.delivered],
                    "attempts of \(number)"
                )
            }
            try expect(await ledger.quarantine(QuarantineQuery()).items.count, is: 3, "quarantine")
            let statistics = try await ledger.destinationStatistics(since: Sample.start)
            try expect(statistics.map(\.pending), is: [10], "pending")
            try expect(statistics.map(\.delivered), is: [30], "delivered")
            try expect(statistics.map(\.recentAttempts), is: [30], "attempts counted")
        },
        ConformanceCheck("every outcome, trigger and error class can be kept") { ledger in
            try await ledger.add(Sample.delivery(1))
            var attempts: [Attempt] = []
            for outcome in AttemptOutcome.allCases {
                for trigger in AttemptTrigger.allCases {
                    for failure in ErrorClass.allCases.map(Optional.some) + [nil] {
                        var attempt = Sample.attempt(1, attempts.count + 1, outcome)
                        attempt.trigger = trigger
                        attempt.answer.failure = failure
                        attempts.append(attempt)
                    }
                }
            }
            try await ledger.record(
                attempts.map {
                    AttemptResult(
                        attempt: $0,
                        next: .retry(at: Sample.time(1), progress: DeliveryProgress(attempts: $0.number))
                    )
                }
            )
            try expect(await ledger.find(1).attempts, is: attempts, "attempts")
        },
        ConformanceCheck("an attempt that got nowhere is kept without an answer") { ledger in
            try await ledger.add(Sample.delivery(1))
            let answer = Answer(failure: .connect, requestWasSent: false, times: PhaseTimes(total: 0))
            let attempt = Attempt(
                delivery: DeliveryID(rawValue: 1),
                number: 1,
                trigger: .scheduled,
                startedAt: Sample.start,
                url: "http://x/",
                outcome: .retry,
                answer: answer
            )
            let next = NextStep.retry(at: Sample.time(1), progress: DeliveryProgress(attempts: 1))
            try await ledger.record([AttemptResult(attempt: attempt, next: next)])
            try expect(await ledger.find(1).attempts, is: [attempt], "attempts")
        },
        ConformanceCheck("a failed attempt leaves its delivery pending until it is due again") { ledger in
            try await ledger.add(Sample.delivery(1))
            try await ledger.record([Sample.retry(1, next: Sample.time(5_000))])
            let found = try await ledger.find(1).summary
            try expect(found.status, is: .pending, "status")
            try expect(found.nextAttemptAt, is: Sample.time(5_000), "next attempt")
            try expect(found.lastOutcome, is: .retry, "last outcome")
            try expect(found.lastStatusCode, is: 503, "last status code")
            try expect(found.lastError, is: "answered 1", "last error")
            try expect(await ledger.due(by: Sample.time(4_999)), is: [], "due before")
            try expect(await ledger.due(by: Sample.time(5_000)), is: [1], "due then")
        },
        ConformanceCheck("an attempt that is recorded twice counts once, whatever it says the second time") { ledger in
            try await ledger.add(Sample.delivery(1))
            let first = Sample.retry(1, next: Sample.time(5))
            try await ledger.record([first])
            try await ledger.record([first, Sample.delivered(1, 1), Sample.dead(1, 1)])
            let found = try await ledger.find(1)
            try expect(found.attempts, is: [first.attempt], "attempts")
            try expect(found.summary.status, is: .pending, "status")
            let statistics = try await ledger.destinationStatistics(since: Sample.start)
            try expect(statistics.map(\.recentAttempts), is: [1], "attempts counted")
        },
        ConformanceCheck("a batch may hold several attempts of one delivery") { ledger in
            try await ledger.add(Sample.delivery(1))
            try await ledger.record([Sample.retry(1, next: Sample.time(5)), Sample.delivered(1, 2)])
            let found = try await ledger.find(1)
            try expect(found.attempts.map(\.number), is: [1, 2], "attempts")
            try expect(found.summary.status, is: .delivered, "status")
            try expect(await ledger.totals().pending, is: 0, "pending")
        },
        ConformanceCheck("a cancelled delivery stays so when its attempt fails, and the attempt is kept") { ledger in
            try await ledger.add(Sample.delivery(1), Sample.delivery(2))
            for id in [1, 2] { _ = try await ledger.cancel(DeliveryID(rawValue: Int64(id)), at: Sample.time(1)) }
            try await ledger.record([Sample.retry(1, next: Sample.time(5)), Sample.dead(2)])
            for id in [Int64(1), 2] {
                let found = try await ledger.find(id)
                try expect(found.summary.status, is: .cancelled, "status")
                try expect(found.summary.endedAt, is: Sample.time(1), "end")
                try expect(found.summary.nextAttemptAt, is: nil, "next attempt")
                try expect(found.summary.attempts, is: 1, "count")
                try expect(found.attempts.count, is: 1, "attempts")
            }
        },
        ConformanceCheck("a cancelled or dead delivery whose attempt was taken is delivered") { ledger in
            try await ledger.add(Sample.delivery(1), Sample.delivery(2))
            _ = try await ledger.cancel(DeliveryID(rawValue: 1), at: Sample.time(1))
            try await ledger.record([Sample.dead(2)])
            try await ledger.record([Sample.delivered(1, at: Sample.time(2)), Sample.delivered(2, 2)])
            try expect(await ledger.status(1), is: .delivered, "status of 1")
            try expect(await ledger.find(1).summary.endedAt, is: Sample.time(15), "end of 1")
            try expect(await ledger.status(2), is: .delivered, "status of 2")
        },
        ConformanceCheck("a delivered delivery stays so, whatever else comes") { ledger in
            try await ledger.add(Sample.delivery(1))
            try await ledger.record([
                Sample.delivered(1), Sample.dead(1, 2), Sample.retry(1, 3, next: Sample.time(5)),
            ])
            let found = try await ledger.find(1)
            try expect(found.summary.status, is: .delivered, "status")
            try expect(found.attempts.count, is: 3, "attempts")
            try expect(await ledger.due(by: .distantFuture), is: [], "due")
        },
        ConformanceCheck("an attempt of no known delivery is ignored, and the rest of its batch is not") { ledger in
            try await ledger.add(Sample.delivery(1))
            try await ledger.record([Sample.delivered(99), Sample.delivered(1)])
            try expect(await ledger.status(1), is: .delivered, "status")
            try expect(await ledger.delivery(DeliveryID(rawValue: 99)), is: nil, "the unknown one")
        },
        ConformanceCheck("a delivery shows its latest 1,000 attempts, in order") { ledger in
            try await ledger.add(Sample.delivery(1))
            try await ledger.record((1...1_003).map { Sample.retry(1, $0, next: Sample.time(5)) })
            let found = try await ledger.find(1)
            try expect(found.attempts.map(\.number), is: Array(4...1_003), "attempts")
            try expect(found.summary.attempts, is: 1_003, "count")
        },
    ]
}
