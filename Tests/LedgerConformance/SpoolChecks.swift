import Deliveries
import Ledger

extension LedgerConformance {
    static let spool: [ConformanceCheck] = [
        ConformanceCheck("what is spooled waits in its order, as it was written, until it is taken out") { ledger in
            let large = [UInt8](repeating: 0xFF, count: 1 << 20)
            let all = [Sample.submission(2), Sample.submission(1, tenant: nil, key: nil, payload: large)]
            for submission in all {
                try expect(await ledger.spool(submission, bound: 9), is: .spooled, "spooled \(submission.id)")
            }
            try expect(await ledger.spooledSubmissions(limit: 9), is: all, "all")
            try expect(await ledger.spooledSubmissions(limit: 1), is: [all[0]], "the first")
            try expect(await ledger.spooledSubmissions(["job-1", "job-9"]), is: [all[1], nil], "by id")
            try await ledger.unspool("job-2", as: nil)
            try await ledger.unspool("job-2", as: nil)
            try expect(await ledger.spooledSubmissions(limit: 9), is: [all[1]], "left")
            try expect(await ledger.spooledCount(), is: 1, "count")
        },
        ConformanceCheck("the spool takes no more than its bound, and has room again when one is taken out") { ledger in
            try expect(await ledger.spool(Sample.submission(1), bound: 1), is: .spooled, "first")
            try expect(await ledger.spool(Sample.submission(2), bound: 1), is: .full, "second")
            try expect(await ledger.spool(Sample.submission(1), bound: 1), is: .repeated("job-1"), "the first again")
            try await ledger.unspool("job-1", as: nil)
            try expect(await ledger.spool(Sample.submission(2), bound: 1), is: .spooled, "second again")
        },
        ConformanceCheck("an idempotency key counts once within its tenant, and for one content") { ledger in
            let first = Sample.submission(1, key: "k", fingerprint: 1)
            try expect(await ledger.spool(first, bound: 9), is: .spooled, "first")
            let same = Sample.submission(2, key: "k", fingerprint: 1)
            try expect(await ledger.spool(same, bound: 9), is: .repeated("job-1"), "same content")
            let other = Sample.submission(3, key: "k", fingerprint: 2)
            try expect(await ledger.spool(other, bound: 9), is: .conflict("job-1"), "other content")
            let elsewhere = Sample.submission(4, tenant: "other", key: "k", fingerprint: 2)
            try expect(await ledger.spool(elsewhere, bound: 9), is: .spooled, "another tenant")
            let nobodys = Sample.submission(5, tenant: nil, key: "k", fingerprint: 2)
            try expect(await ledger.spool(nobodys, bound: 9), is: .spooled, "no tenant")
            let nobodysAgain = Sample.submission(6, tenant: nil, key: "k", fingerprint: 2)
            try expect(await ledger.spool(nobodysAgain, bound: 9), is: .repeated("job-5"), "no tenant, again")
        },
        ConformanceCheck("a submission that can never be queued leaves the spool as an ended job") { ledger in
            try expect(await ledger.spool(Sample.submission(1), bound: 9), is: .spooled, "spooled")
            let failed = Sample.job(1, status: "failed")
            try await ledger.unspool("job-1", as: failed)
            try expect(await ledger.spooledCount(), is: 0, "count")
            try expect(await ledger.archivedJobs(["job-1"]), is: [failed], "job")
        },
    ]
}
