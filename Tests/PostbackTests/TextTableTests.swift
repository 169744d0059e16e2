import Testing

@testable import Postback

@Suite struct TextTableTests {
    @Test func `columns are as wide as their widest cell, and lines end with text`() {
        var table = TextTable(["ID", "STATUS", "LAST"], empty: "nothing")
        table.add(["1", "queued", ""])
        table.add(["12345", "ok", "x"])
        #expect(
            table.lines(within: nil) == [
                "ID     STATUS  LAST",
                "1      queued",
                "12345  ok      x",
            ]
        )
    }

    @Test func `a table without rows says so instead of its header`() {
        #expect(TextTable(["A", "B"], empty: "nothing here").lines(within: nil) == ["nothing here"])
    }

    @Test func `an empty cell in the middle keeps its place`() {
        var table = TextTable(["A", "B", "C"], empty: "")
        table.add(["", "", "z"])
        table.add(["", "", ""])
        #expect(table.lines(within: nil) == ["A  B  C", "      z", ""])
    }

    @Test func `a character is one wide, however many bytes it has`() {
        var table = TextTable(["NAME", "N"], empty: "")
        table.add(["Zoë", "1"])
        table.add(["Zoe\u{308}", "2"])
        table.add(["naïveté", "3"])
        #expect(table.lines(within: nil) == ["NAME     N", "Zoë      1", "Zoe\u{308}      2", "naïveté  3"])
    }

    @Test func `where lines have a width, the widest of the columns that may shrink gives first`() {
        var table = TextTable(["ID", "NAME", "LAST"], shrinking: ["NAME", "LAST"], empty: "")
        table.add(["0123456789", "0123456789ab", String(repeating: "é", count: 40)])
        table.add(["1", "x", "y"])
        #expect(
            table.lines(within: 44) == [
                "ID          NAME          LAST",
                "0123456789  0123456789ab  ééééééééééééééééé…",
                "1           x             y",
            ]
        )
        #expect(table.lines(within: 30).map(\.count).max() == 30)
        // No column is cut to nothing, and one that may not be cut stays.
        #expect(table.lines(within: 5)[1] == "0123456789  0123456…  ééééééé…")
        #expect(table.lines(within: 1000)[1].count == 66)
    }

    @Test func `lists fit a terminal, with whole ids; what programs read is not cut`() {
        let id = "0b1a7c5e-1111-4222-8333-944445555666"
        let long = String(repeating: "é", count: 500)
        var jobs = JobTable()
        jobs.add(
            .object([
                ("job_id", .string(id)), ("status", .string("failed")), ("code", .string(long)),
                ("created_at", .string("2024-01-15T10:05:00.123Z")), ("error", .string(long)),
            ])
        )
        #expect(jobs.lines(within: 100)[1].count == 100)
        #expect(jobs.lines(within: 100)[1].hasPrefix(id))
        #expect(jobs.lines(within: 100)[1].contains("2024-01-15T10:05:00Z"))
        #expect(jobs.lines(within: nil)[1].hasSuffix(long))

        var deliveries = DeliveryTable()
        deliveries.add(.object([("id", .string("dlv_1")), ("job_id", .string(id)), ("last_error", .string(long))]))
        #expect(deliveries.lines(within: 100)[1].count == 100)
        #expect(deliveries.lines(within: 100)[1].contains(id))
    }

    @Test func `queues and workers have a line each`() {
        let queue = JSONValue.object([
            ("name", .string("pdf")), ("paused", .bool(true)), ("waiting", .number(3)),
            ("oldest_age_seconds", .number(7260)),
        ])
        #expect(
            QueueTable.lines([queue], within: nil) == [
                "QUEUE  STATE   WAITING  ACTIVE  DELAYED  COMPLETED  FAILED  CANCELLED  WORKERS  OLDEST",
                "pdf    paused  3        0       0        0          0       0          0        2 h",
            ]
        )
        #expect(WorkerTable.lines([], within: nil).first?.hasPrefix("no workers") == true)
        let worker = JSONValue.object([
            ("name", .string("one")), ("state", .string("busy")), ("queues", .array([.string("pdf"), .string("xls")])),
            ("current_jobs", .array([.string("j")])), ("concurrency", .number(2)), ("last_beat", .null),
            ("memory_bytes", .number(151_600_000)), ("cpu_seconds", .number(7_300.25)),
        ])
        #expect(
            WorkerTable.lines([worker], within: nil) == [
                "WORKER  STATE  QUEUES   JOBS  MEMORY  CPU  LAST BEAT  CURRENT",
                "one     busy   pdf,xls  1/2   152 MB  2 h  -          j",
            ]
        )
    }
}
