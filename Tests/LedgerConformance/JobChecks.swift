import Deliveries
import Ledger

extension LedgerConformance {
    static let jobs: [ConformanceCheck] = [
        ConformanceCheck("an archived job is kept as it was written, and found by its id") { ledger in
            let jobs = [Sample.job(1), Sample.job(2, tenant: nil, productID: nil)]
            try await ledger.archive(jobs)
            try expect(await ledger.archivedJobs(["job-2", "job-3", "job-1"]), is: [jobs[1], nil, jobs[0]], "jobs")
            try expect(await ledger.archivedJobs([]), is: [], "none")
        },
        ConformanceCheck("a batch of jobs can be repeated, and of two ends of one job the later stays") { ledger in
            let failed = Sample.job(1, status: "failed", endedAt: Sample.time(10))
            let completed = Sample.job(1, status: "completed", endedAt: Sample.time(20))
            try await ledger.archive([failed, failed])
            try await ledger.archive([completed])
            try await ledger.archive([failed])
            try expect(await ledger.archivedJobs(["job-1"]), is: [completed], "job")
            try expect(await ledger.archivedJobs(ArchivedJobQuery()).items, is: [completed], "list")
        },
        ConformanceCheck("a job that is run again is said to be, until it ends again") { ledger in
            let failed = Sample.job(1, status: "failed", endedAt: Sample.time(10))
            let completed = Sample.job(2, status: "completed")
            try await ledger.archive([failed, completed])
            try await ledger.reopen("job-1", endedBy: Sample.time(9))
            try expect(await ledger.archivedJobs(["job-1"]), is: [failed], "ended since")
            for id in ["job-1", "job-2", "job-3"] { try await ledger.reopen(id, endedBy: Sample.time(10)) }
            var reopened = failed
            reopened.status = "queued"
            try expect(await ledger.archivedJobs(["job-1", "job-2", "job-3"]), is: [reopened, completed, nil], "jobs")
            try expect(await ledger.jobIDs { $0.status = "failed" }, is: [], "list")
            let again = Sample.job(1, status: "failed", endedAt: Sample.time(20))
            try await ledger.archive([again])
            try expect(await ledger.archivedJobs(["job-1"]), is: [again], "again")
        },
        ConformanceCheck("jobs are listed by what they are, the latest made first") { ledger in
            try await ledger.archive([
                Sample.job(1, status: "failed", createdAt: Sample.time(1)),
                Sample.job(2, tenant: nil, createdAt: Sample.time(2)),
                Sample.job(3, productID: "letter", createdAt: Sample.time(3)),
                Sample.job(4, queue: "bulk", createdAt: Sample.time(3)),
            ])
            try expect(await ledger.jobIDs { _ in }, is: ["job-4", "job-3", "job-2", "job-1"], "all")
            try expect(await ledger.jobIDs { $0.status = "failed" }, is: ["job-1"], "status")
            try expect(await ledger.jobIDs { $0.tenant = "acme" }, is: ["job-4", "job-3", "job-1"], "tenant")
            try expect(await ledger.jobIDs { $0.productID = "letter" }, is: ["job-3"], "product")
            try expect(await ledger.jobIDs { $0.queue = "bulk" }, is: ["job-4"], "queue")
            try expect(await ledger.jobIDs { $0.since = Sample.time(2) }, is: ["job-4", "job-3", "job-2"], "since")
            try expect(await ledger.jobIDs { $0.until = Sample.time(3) }, is: ["job-2", "job-1"], "until")
            try expect(await ledger.jobIDs { ($0.queue, $0.status) = ("bulk", "failed") }, is: [], "two")
            try await ledger.archive([Sample.job(90, code: "INV-90"), Sample.job(91, code: nil)])
            try expect(await ledger.jobIDs { $0.code = "INV-90" }, is: ["job-90"], "code")
            try expect(await ledger.jobIDs { $0.code = "inv-90" }, is: [], "code in other letters")
        },
        ConformanceCheck("a page of jobs begins behind the one before, among jobs of the same time too") { ledger in
            try await ledger.archive((1...5).map { Sample.job($0, createdAt: Sample.time($0 < 5 ? 1 : 2)) })
            var seen: [[String]] = []
            var after: ArchivedJobQuery.Position?
            repeat {
                let page = try await ledger.archivedJobs(ArchivedJobQuery(limit: 2, after: after))
                seen.append(page.items.map(\.id))
                let last = try unwrap(page.items.last, "a job")
                after = page.hasMore ? ArchivedJobQuery.Position(createdAt: last.createdAt, id: last.id) : nil
            } while after != nil
            try expect(seen, is: [["job-5", "job-4"], ["job-3", "job-2"], ["job-1"]], "pages")
        },
        ConformanceCheck("the latest delivery of an event is found by the event's id") { ledger in
            try await ledger.add(Sample.delivery(1), Sample.delivery(2))
            try await ledger.record([Sample.delivered(2, at: Sample.time(5))])
            let found = try await ledger.latestDeliveries(ofEvents: ["evt_1", "evt_2", "evt_3"])
            try expect(found.mapValues(\.status), is: ["evt_1": .pending, "evt_2": .delivered], "deliveries")
        },
        ConformanceCheck("jobs are removed by the time of their end") { ledger in
            try await ledger.archive((1...3).map { Sample.job($0, endedAt: Sample.time($0)) })
            var limits = RetentionLimits.nothing
            limits.jobsBefore = Sample.time(3)
            try expect(await ledger.prune(limits, limit: 1), is: 1, "first batch")
            try expect(await ledger.prune(limits, limit: 10), is: 1, "second batch")
            try expect(await ledger.prune(limits, limit: 10), is: 0, "third batch")
            try expect(await ledger.jobIDs { _ in }, is: ["job-3"], "left")
        },
    ]
}

extension DeliveryLedger {
    /// The ids of the archived jobs that a query lists.
    fileprivate func jobIDs(_ change: (inout ArchivedJobQuery) -> Void) async throws -> [String] {
        var query = ArchivedJobQuery()
        change(&query)
        return try await archivedJobs(query).items.map(\.id)
    }
}
