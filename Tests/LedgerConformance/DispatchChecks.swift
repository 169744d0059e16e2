import Deliveries
import Ledger

extension LedgerConformance {
    static let dispatch: [ConformanceCheck] = [
        ConformanceCheck("first attempts come ahead of retries, each in order of their due time") { ledger in
            try await ledger.add([
                Sample.delivery(1), Sample.delivery(2), Sample.delivery(3, receivedAt: Sample.time(20)),
                Sample.delivery(4, receivedAt: Sample.time(10)), Sample.delivery(5, destination: "other"),
            ])
            try await ledger.record([
                Sample.retry(1, next: Sample.time(6)), Sample.retry(2, next: Sample.time(5)),
            ])
            try expect(await ledger.due(by: Sample.time(50)), is: [4, 3, 2, 1], "due")
            try expect(await ledger.due(by: Sample.time(50), limit: 3), is: [4, 3, 2], "due, limited")
            try expect(await ledger.due(by: Sample.time(10)), is: [4, 2, 1], "due at 10")
        },
        ConformanceCheck("retries are sure of an eighth of a page, whatever first attempts wait") { ledger in
            try await ledger.add((1...40).map { Sample.delivery($0) })
            try await ledger.record((21...40).map { Sample.retry($0, next: Sample.time($0)) })
            try expect(await ledger.due(by: Sample.time(50), limit: 16), is: Array(1...14) + [21, 22], "a page of 16")
            try expect(await ledger.due(by: Sample.time(50), limit: 3), is: [1, 2, 21], "a page of 3")
            try expect(await ledger.due(by: Sample.time(50), limit: 1), is: [1], "a page of 1")
            try expect(await ledger.due(by: Sample.time(50), limit: 25), is: Array(1...20) + Array(21...25), "of 25")
            try expect(await ledger.due(by: Sample.time(20), limit: 16), is: Array(1...16), "while no retry is due")
            try expect(await ledger.nextDue(by: 50, limit: 16), is: Sample.time(0), "a first attempt is left")
            try expect(await ledger.nextDue(by: 50, limit: 23), is: Sample.time(24), "retries are left")
        },
        ConformanceCheck("due times after a moment are moved earlier, and not to before it") { ledger in
            try await ledger.add([
                Sample.delivery(1), Sample.delivery(2, receivedAt: Sample.time(1_000)), Sample.delivery(3),
                Sample.delivery(4), Sample.delivery(5, destination: "other"),
            ])
            try await ledger.record([
                Sample.retry(3, next: Sample.time(1_500)), Sample.delivered(4),
                Sample.retry(5, next: Sample.time(9_000)),
            ])
            try await ledger.moveDueTimes(after: Sample.time(500), earlierBy: 800)
            let due = try await ledger.due(at: "orders", by: .distantFuture, limit: 10).deliveries
            try expect(due.map(\.id.rawValue), is: [1, 2, 3], "pending")
            try expect(due.map(\.dueAt), is: [0, 500, 700].map(Sample.time), "moved")
            let other = try await ledger.due(at: "other", by: .distantFuture, limit: 10).deliveries
            try expect(other.map(\.dueAt), is: [Sample.time(8_200)], "moved elsewhere")
            try expect(await ledger.find(4).summary.nextAttemptAt, is: nil, "one that has ended")
        },
        ConformanceCheck("a page tells when the rest is due") { ledger in
            try await ledger.add([
                Sample.delivery(1), Sample.delivery(2, receivedAt: Sample.time(1)), Sample.delivery(3),
            ])
            try await ledger.record([Sample.retry(3, next: Sample.time(500))])
            try expect(await ledger.nextDue(by: 10, limit: 1), is: Sample.time(1), "one of two fresh ones")
            try expect(await ledger.nextDue(by: 10, limit: 2), is: Sample.time(500), "the retry is left")
            try expect(await ledger.nextDue(by: 10, limit: 0), is: Sample.time(0), "nothing taken")
            try expect(await ledger.nextDue(by: 500, limit: 3), is: nil, "everything taken")
            try expect(await ledger.nextDue(by: 500, limit: 2), is: Sample.time(1), "the later fresh one is left")
        },
        ConformanceCheck("a destination without work has an empty page") { ledger in
            let page = try await ledger.due(at: "nowhere", by: .distantFuture, limit: 10)
            try expect(page, is: DuePage(deliveries: [], nextDueAt: nil), "page")
        },
        ConformanceCheck("retries get their part of a page beside those that are stuck in it") { ledger in
            for number in Int64(1)...20 { try await ledger.add(Sample.delivery(number)) }
            // The earliest that are due are retries: three that are due for ever, and two more.
            for number in Int64(1)...5 {
                try await ledger.record([Sample.retry(number, next: Sample.time(number - 100))])
            }
            for (stuck, retries) in [(0, [1, 2]), (3, [1, 2, 3, 4, 5])] {
                let page = try await ledger.due(at: "orders", by: Sample.time(0), limit: 12, stuck: stuck)
                let ids = page.deliveries.map(\.id.rawValue)
                try expect(ids.count, is: 12, "page")
                try expect(ids.filter { $0 <= 5 }, is: retries.map(Int64.init), "retries with \(stuck) stuck")
            }
        },
        ConformanceCheck("a due delivery carries its progress") { ledger in
            try await ledger.add(Sample.delivery(1))
            let progress = DeliveryProgress(
                attempts: 1,
                step: 3,
                notReadySince: Sample.time(2),
                notReadyTries: 4,
                trigger: .scheduled,
                requestedBy: nil
            )
            let next = NextStep.retry(at: Sample.time(9), progress: progress)
            try await ledger.record([AttemptResult(attempt: Sample.attempt(1, 1, .notReady), next: next)])
            let due = try await ledger.due(at: "orders", by: .distantFuture, limit: 1).deliveries
            let expected = DueDelivery(id: DeliveryID(rawValue: 1), dueAt: Sample.time(9), progress: progress)
            try expect(due, is: [expected], "due")
        },
        ConformanceCheck("payloads come for pending deliveries only, as they were admitted and in the order asked for")
        {
            ledger in
            let news = [Sample.delivery(1), Sample.delivery(2), Sample.delivery(3)]
            try await ledger.add(news)
            try await ledger.record([Sample.delivered(2)])
            let payloads = try await ledger.payloads(of: [3, 2, 99, 1].map(DeliveryID.init(rawValue:)))
            let expected = [news[2], news[0]].map {
                DeliveryPayload(
                    id: $0.id,
                    eventID: $0.eventID,
                    type: $0.type,
                    body: $0.body,
                    traceparent: $0.traceparent,
                    destination: $0.destination,
                    url: $0.url,
                    publishedAt: $0.publishedAt
                )
            }
            try expect(payloads, is: expected, "payloads")
            try expect(await ledger.payloads(of: []), is: [], "no payloads")
        },
        ConformanceCheck("the backlog names every destination with pending work") { ledger in
            try await ledger.add([
                Sample.delivery(1, receivedAt: Sample.time(8)), Sample.delivery(2, receivedAt: Sample.time(7)),
                Sample.delivery(3, destination: "done"), Sample.delivery(4, destination: "retrying"),
            ])
            try await ledger.record([Sample.delivered(3), Sample.retry(4, next: Sample.time(70))])
            let backlog = try await ledger.backlog().sorted { $0.destination < $1.destination }
            let expected = [
                DestinationBacklog(
                    destination: "orders",
                    pending: 2,
                    earliestDueAt: Sample.time(7)
                ),
                DestinationBacklog(
                    destination: "retrying",
                    pending: 1,
                    earliestDueAt: Sample.time(70)
                ),
            ]
            try expect(backlog, is: expected, "backlog")
        },
        ConformanceCheck("a URL that came with events is remembered as long as it is not healthy") { ledger in
            let name = "\(RouteTable.callbackPrefix)example.com-1"
            let gone = DestinationRecord(name: name, health: .gone, since: Sample.time(1), reason: "410")
            try await ledger.save([gone])
            try expect(await ledger.destinationRecords(), is: [gone], "gone")
            try await ledger.save([DestinationRecord(name: name, health: .healthy, since: Sample.time(2), reason: nil)])
            try expect(await ledger.destinationRecords(), is: [], "healthy")
        },
        ConformanceCheck("the state of a destination is remembered until it is saved anew") { ledger in
            let gone = DestinationRecord(name: "a", health: .gone, since: Sample.time(1), reason: "answered 410")
            let paused = DestinationRecord(name: "b", health: .paused, since: Sample.time(2))
            try await ledger.save([gone, paused])
            let healthy = DestinationRecord(name: "a", health: .healthy, since: Sample.time(3))
            try await ledger.save([healthy])
            let records = try await ledger.destinationRecords().sorted { $0.name < $1.name }
            try expect(records, is: [healthy, paused], "records")
        },
    ]
}
