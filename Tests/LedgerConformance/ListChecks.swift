import Deliveries
import Ledger

extension LedgerConformance {
    static let lists: [ConformanceCheck] = [
        ConformanceCheck("deliveries are listed newest first, page by page") { ledger in
            try await ledger.add((1...5).map { Sample.delivery($0) })
            var seen: [[Int64]] = []
            var query = DeliveryQuery(limit: 2)
            while true {
                let page = try await ledger.deliveries(query)
                seen.append(page.items.map(\.id.rawValue))
                guard page.hasMore else { break }
                query.after = page.items.last?.id
            }
            try expect(seen, is: [[5, 4], [3, 2], [1]], "pages")
        },
        ConformanceCheck("a page that ends with the last delivery says that there is no more") { ledger in
            try await ledger.add(Sample.delivery(1), Sample.delivery(2))
            try expect(await ledger.deliveries(DeliveryQuery(limit: 2)).hasMore, is: false, "more")
            try expect(await ledger.deliveries(DeliveryQuery(limit: 1)).hasMore, is: true, "more")
            let beyond = try await ledger.deliveries(DeliveryQuery(after: DeliveryID(rawValue: 1)))
            try expect(beyond, is: Page(items: [], hasMore: false), "beyond the end")
        },
        ConformanceCheck("each filter restricts, and together they restrict more") { ledger in
            try await ledger.add(filterable())
            try await ledger.record([
                Sample.delivered(2), Sample.dead(3), Sample.retry(4, next: Sample.time(1)),
            ])
            _ = try await ledger.cancel(DeliveryID(rawValue: 5), at: Sample.time(1))
            try expect(await ledger.list { $0.status = .pending }, is: [6, 4, 1], "pending")
            try expect(await ledger.list { $0.status = .delivered }, is: [2], "delivered")
            try expect(await ledger.list { $0.status = .dead }, is: [3], "dead")
            try expect(await ledger.list { $0.status = .cancelled }, is: [5], "cancelled")
            try expect(await ledger.list { $0.destination = "other" }, is: [6], "destination")
            try expect(await ledger.list { $0.route = "route-other" }, is: [6], "route")
            try expect(await ledger.list { $0.type = "job.failed" }, is: [4], "type")
            try expect(await ledger.list { $0.tenant = "zeta" }, is: [3], "tenant")
            try expect(await ledger.list { $0.jobID = "job-2" }, is: [2], "job")
            try expect(await ledger.list { $0.eventID = "evt_4" }, is: [4], "event")
            try expect(await ledger.list { $0.outcome = .retry }, is: [4], "outcome")
            try expect(await ledger.list { $0.statusCode = 503 }, is: [4, 3], "status code")
            try expect(await ledger.list { ($0.status, $0.destination) = (.pending, "orders") }, is: [4, 1], "two")
            try expect(await ledger.list { ($0.status, $0.jobID) = (.dead, "job-2") }, is: [], "two that exclude")
            try expect(await ledger.list { ($0.status, $0.eventID) = (.dead, "evt_3") }, is: [3], "two that agree")
        },
        ConformanceCheck("since is included and until is not, by the time of receipt") { ledger in
            // Ids do not follow the times here: it is the time that counts.
            try await ledger.add([
                Sample.delivery(3, receivedAt: Sample.time(1)), Sample.delivery(2, receivedAt: Sample.time(2)),
                Sample.delivery(1, receivedAt: Sample.time(3)),
            ])
            try expect(await ledger.list { $0.since = Sample.time(2) }, is: [2, 1], "since")
            try expect(await ledger.list { $0.until = Sample.time(2) }, is: [3], "until")
            try expect(await ledger.list { ($0.since, $0.until) = (Sample.time(2), Sample.time(3)) }, is: [2], "both")
        },
        ConformanceCheck("text is searched literally, in every place, without regard to the case of ASCII letters") {
            ledger in
            try await ledger.add(filterable())
            try await ledger.record([Sample.dead(3)])
            try expect(await ledger.list { $0.text = "EVT_2" }, is: [2], "event id; _ is no wildcard")
            try expect(await ledger.list { $0.text = "Job-4" }, is: [4], "job id")
            try expect(await ledger.list { $0.text = "OTHER" }, is: [6], "destination")
            try expect(await ledger.list { $0.text = "orders.example.com/HOOK" }, is: [5, 4, 3, 2, 1], "URL")
            try expect(await ledger.list { $0.text = "answered 1" }, is: [3], "last error")
            try expect(await ledger.list { $0.text = "e%t" }, is: [], "% is no wildcard")
            try expect(await ledger.list { $0.text = #"\"# }, is: [], "a backslash is only that")
            try expect(await ledger.list { $0.text = String(repeating: "x", count: 100_000) }, is: [], "very long")
        },
        ConformanceCheck("the cursor and the filters work together") { ledger in
            try await ledger.add((1...9).map { Sample.delivery($0, destination: $0 % 2 == 0 ? "even" : "odd") })
            var query = DeliveryQuery(limit: 2, after: DeliveryID(rawValue: 7))
            query.destination = "odd"
            query.status = .pending
            let page = try await ledger.deliveries(query)
            try expect(page.items.map(\.id.rawValue), is: [5, 3], "page")
            try expect(page.hasMore, is: true, "more")
        },
    ]

    private static func filterable() -> [NewDelivery] {
        var news = (1...6).map { Sample.delivery(Int64($0), destination: $0 == 6 ? "other" : "orders") }
        news[3].type = "job.failed"
        news[2].tenant = "zeta"
        return news
    }
}
