import Testing

@testable import Postback

@Suite struct TextTableTests {
    @Test func `columns are as wide as their widest cell, and lines end with text`() {
        var table = TextTable(["ID", "STATUS", "LAST"], empty: "nothing")
        table.add(["1", "queued", ""])
        table.add(["12345", "ok", "x"])
        #expect(
            table.lines == [
                "ID     STATUS  LAST",
                "1      queued",
                "12345  ok      x",
            ]
        )
    }

    @Test func `a table without rows says so instead of its header`() {
        #expect(TextTable(["A", "B"], empty: "nothing here").lines == ["nothing here"])
    }

    @Test func `an empty cell in the middle keeps its place`() {
        var table = TextTable(["A", "B", "C"], empty: "")
        table.add(["", "", "z"])
        table.add(["", "", ""])
        #expect(table.lines == ["A  B  C", "      z", ""])
    }

    @Test func `a character is one wide, however many bytes it has`() {
        var table = TextTable(["NAME", "N"], empty: "")
        table.add(["Zoë", "1"])
        table.add(["Zoe\u{308}", "2"])
        table.add(["naïveté", "3"])
        #expect(table.lines == ["NAME     N", "Zoë      1", "Zoe\u{308}      2", "naïveté  3"])
    }

    @Test func `long texts are cut where a table is for people`() {
        let long = String(repeating: "é", count: 500)
        var jobs = JobTable()
        jobs.add(
            .object([
                ("job_id", .string("j")), ("status", .string("failed")), ("code", .string(long)),
                ("created_at", .string("2024-01-15T10:05:00.123Z")), ("error", .string(long)),
            ])
        )
        let job = jobs.lines[1].split(separator: " ", omittingEmptySubsequences: true)
        #expect(job.map(\.count) == [1, 6, 1, 32, 20, 80])
        #expect(job[4] == "2024-01-15T10:05:00Z")

        var deliveries = DeliveryTable()
        deliveries.add(.object([("id", .string("dlv_1")), ("last_error", .string(long))]))
        #expect(deliveries.lines[1].split(separator: " ").last?.count == 80)
    }

    @Test func `queues and workers have a line each`() {
        let queue = JSONValue.object([
            ("name", .string("pdf")), ("paused", .bool(true)), ("waiting", .number(3)),
            ("oldest_age_seconds", .number(7260)),
        ])
        #expect(
            QueueTable.lines([queue]) == [
                "QUEUE  STATE   WAITING  ACTIVE  DELAYED  COMPLETED  FAILED  CANCELLED  WORKERS  OLDEST",
                "pdf    paused  3        0       0        0          0       0          0        2 h",
            ]
        )
        #expect(WorkerTable.lines([]).first?.hasPrefix("no workers") == true)
        let worker = JSONValue.object([
            ("name", .string("one")), ("state", .string("busy")), ("queues", .array([.string("pdf"), .string("xls")])),
            ("current_jobs", .array([.string("j")])), ("concurrency", .number(2)), ("last_beat", .null),
        ])
        #expect(
            WorkerTable.lines([worker]) == [
                "WORKER  STATE  QUEUES   JOBS  LAST BEAT  CURRENT",
                "one     busy   pdf,xls  1/2   -          j",
            ]
        )
    }
}
