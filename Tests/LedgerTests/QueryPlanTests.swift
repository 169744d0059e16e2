import Deliveries
import GRDB
import LedgerConformance
import Testing

@testable import Ledger

@Suite("SQLite ledger: query plans")
struct QueryPlanTests {
    /// What SQLite says that it will do.
    private func plan(_ sql: String, in ledger: SQLiteLedger) async throws -> String {
        let arguments = sql.filter { $0 == "?" }.map { _ in DatabaseValue.null }
        return try await ledger.pool.read { db in
            try Row.fetchAll(db, sql: "EXPLAIN QUERY PLAN " + sql, arguments: StatementArguments(arguments))
                .map { $0["detail"] as String? ?? "" }
                .joined(separator: "\n")
        }
    }

    @Test("due work is read in the order of its index, without sorting")
    func due() async throws {
        try await withLedger { ledger, _ in
            let plan = try await plan(SQLiteLedger.dueSQL, in: ledger)
            #expect(plan == "SEARCH deliveries USING INDEX deliveries_due (destination=? AND <expr>=?)")
        }
    }

    @Test("due times are moved without a look at what has ended")
    func moveDueTimes() async throws {
        try await withLedger { ledger, _ in
            let plan = try await plan(SQLiteLedger.moveDueTimesSQL, in: ledger)
            #expect(plan == "SCAN deliveries USING INDEX deliveries_due")
        }
    }

    @Test("payloads are found by their keys")
    func payloads() async throws {
        try await withLedger { ledger, _ in
            let plan = try await plan(SQLiteLedger.payloadSQL, in: ledger)
            #expect(
                plan == """
                    SEARCH deliveries USING INTEGER PRIMARY KEY (rowid=?)
                    SEARCH events USING INTEGER PRIMARY KEY (rowid=?)
                    """
            )
        }
    }

    @Test(
        "counts never walk the deliveries",
        arguments: [SQLiteLedger.backlogSQL, SQLiteLedger.totalsSQL, SQLiteLedger.statisticsSQL]
    )
    func counts(sql: String) async throws {
        try await withLedger { ledger, _ in
            let plan = try await plan(sql, in: ledger)
            #expect(plan.contains("SEARCH deliveries USING"))
            #expect(plan.contains("INDEX deliveries_due (destination=? AND <expr>=?)"))
            #expect(!plan.contains("SCAN deliveries"))
        }
    }

    @Test("latencies of a window are one range of their key")
    func latencies() async throws {
        try await withLedger { ledger, _ in
            let plan = try await plan(SQLiteLedger.latenciesSQL, in: ledger)
            #expect(plan.contains("SEARCH latencies USING PRIMARY KEY (minute>?)"))
        }
    }

    @Test("what is old is found in order, without sorting")
    func retention() async throws {
        try await withLedger { ledger, _ in
            let ended = try await plan(SQLiteLedger.endedSQL, in: ledger)
            #expect(ended == "SEARCH deliveries USING INDEX deliveries_ended (status=? AND ended_at<?)")
            let waiting = try await plan(SQLiteLedger.waitingSQL, in: ledger)
            #expect(waiting == "SEARCH deliveries USING INDEX deliveries_waiting (oldest_attempt_at<?)")
            let quarantined = try await plan(SQLiteLedger.quarantinedSQL, in: ledger)
            #expect(quarantined.contains("quarantine_received (received_at<?)"))
            #expect(!quarantined.contains("TEMP B-TREE FOR ORDER BY"))
        }
    }

    private func plan(_ change: (inout DeliveryQuery) -> Void, in ledger: SQLiteLedger) async throws -> String {
        var query = DeliveryQuery(after: DeliveryID(rawValue: 5))
        change(&query)
        return try await plan(DeliverySearch(query).sql, in: ledger)
    }

    @Test("a list starts where the cursor is, and sorts only what an index found")
    func lists() async throws {
        try await withLedger { ledger, _ in
            let all = try await plan({ _ in }, in: ledger)
            #expect(all == "SEARCH deliveries USING INTEGER PRIMARY KEY (rowid<?)")
            let delivered = try await plan({ $0.status = .delivered }, in: ledger)
            #expect(delivered == all)
            let destination = try await plan({ $0.destination = "x" }, in: ledger)
            #expect(destination == all)
            let dead = try await plan({ $0.status = .dead }, in: ledger)
            #expect(dead == "SEARCH deliveries USING INDEX deliveries_undelivered (status=? AND id<?)")
            let job = try await plan({ $0.jobID = "x" }, in: ledger)
            #expect(job == "SEARCH deliveries USING INDEX deliveries_job (job_id=? AND rowid<?)")
            let deadJob = try await plan({ ($0.status, $0.jobID) = (.dead, "x") }, in: ledger)
            #expect(deadJob == job)
            let event = try await plan({ $0.eventID = "x" }, in: ledger)
            #expect(event.hasPrefix("SEARCH deliveries USING INDEX deliveries_event (event=? AND rowid<?)"))
            #expect(!event.contains("TEMP B-TREE"))
            let pending = try await plan({ $0.status = .pending }, in: ledger)
            #expect(pending == dead)
            let pendingThere = try await plan({ ($0.status, $0.destination) = (.pending, "x") }, in: ledger)
            #expect(pendingThere == dead)
        }
    }

    private func jobsPlan(_ change: (inout ArchivedJobQuery) -> Void, in ledger: SQLiteLedger) async throws -> String {
        let after = ArchivedJobQuery.Position(createdAt: Timestamp(milliseconds: 5), id: "x")
        var query = ArchivedJobQuery(after: after)
        change(&query)
        return try await plan(ArchivedJobSearch(query).sql, in: ledger)
    }

    @Test("a list of jobs starts where the cursor is, in the order of an index")
    func jobs() async throws {
        try await withLedger { ledger, _ in
            let all = try await jobsPlan({ _ in }, in: ledger)
            #expect(all == "SEARCH jobs USING INDEX jobs_created ((created_at,id)<(?,?))")
            let status = try await jobsPlan({ $0.status = "failed" }, in: ledger)
            #expect(status == "SEARCH jobs USING INDEX jobs_status (status=? AND (created_at,id)<(?,?))")
            let queue = try await jobsPlan({ $0.queue = "pdf" }, in: ledger)
            #expect(queue == "SEARCH jobs USING INDEX jobs_queue (queue=? AND (created_at,id)<(?,?))")
            let tenant = try await jobsPlan({ $0.tenant = "acme" }, in: ledger)
            #expect(tenant == "SEARCH jobs USING INDEX jobs_tenant (tenant=? AND (created_at,id)<(?,?))")
            let product = try await jobsPlan({ $0.productID = "invoice" }, in: ledger)
            #expect(product == "SEARCH jobs USING INDEX jobs_product (product_id=? AND (created_at,id)<(?,?))")
            let code = try await jobsPlan({ $0.code = "INV-1" }, in: ledger)
            #expect(code == "SEARCH jobs USING INDEX jobs_code (code=? AND (created_at,id)<(?,?))")
            let both = try await jobsPlan({ ($0.status, $0.tenant) = ("failed", "acme") }, in: ledger)
            #expect(!both.contains("TEMP B-TREE"))
            #expect(both.hasPrefix("SEARCH jobs USING INDEX"))
        }
    }

    @Test("jobs and their callbacks are found by their keys")
    func jobKeys() async throws {
        try await withLedger { ledger, _ in
            let job = try await plan(SQLiteLedger.archivedJobSQL, in: ledger)
            #expect(job == "SEARCH jobs USING INDEX sqlite_autoindex_jobs_1 (id=?)")
            let delivery = try await plan(SQLiteLedger.latestDeliverySQL, in: ledger)
            #expect(delivery.hasPrefix("SEARCH deliveries USING INDEX deliveries_event (event=?)"))
            #expect(!delivery.contains("TEMP B-TREE"))
            let ended = try await plan(SQLiteLedger.endedJobsSQL, in: ledger)
            #expect(ended.contains("jobs_ended (ended_at<?)"))
            #expect(!ended.contains("TEMP B-TREE FOR ORDER BY"))
            let spooled = try await plan(SQLiteLedger.spooledKeySQL, in: ledger)
            #expect(spooled == "SEARCH job_spool USING INDEX job_spool_key (tenant=? AND idempotency_key=?)")
        }
    }
}
