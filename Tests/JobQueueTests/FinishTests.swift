import Deliveries
import JobQueue
import RedisClient
import Testing

@Suite("How runs end")
struct FinishTests {
    @Test("a completed job has its result, one event that says so, and an entry for the archive")
    func complete() async throws {
        try await TestQueue.run { test in
            let id = try await test.submit {
                $0.productID = "psikotes_v2"
                $0.tenant = "acme"
                $0.callbackURL = "https://example.com/a"
                $0.failureURL = "https://example.com/b"
                $0.traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
            }
            let job = try await test.claim()
            _ = try await test.queue.progress(JobProgress(percent: 40, stage: "rendering"), of: job.lease)
            let result = #"{"pdf_filename":"a/b.pdf","pages":3,"n":1.50}"#
            #expect(try await test.queue.complete(job.lease, result: Array(json: result)) == .ended(.completed))

            let record = try await test.record(id)
            #expect(record.status == .completed && record.result == Array(json: result))
            #expect(record.progress == JobProgress(percent: 100) && record.worker == nil && record.error == nil)
            #expect(record.eventID == "\(id):1")
            let end = try #require(record.completedAt)
            let event = try #require(try await test.events().first)
            #expect(
                event == [
                    "id": "\(id):1", "type": "job.completed", "job_id": id.text, "queue": "pdf", "tenant": "acme",
                    "product_id": "psikotes_v2", "timestamp": end.rfc3339, "callback_url": "https://example.com/a",
                    "failure_url": "https://example.com/b",
                    "traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
                    "data": #"{"result":\#(result),"completed_at":"\#(end.rfc3339)"}"#,
                ]
            )
            #expect(try await test.events().count == 1)
            let archived = try await test.queue.readEnded(consumer: "c", count: 10, block: .milliseconds(10))
            #expect(archived.map(\.job) == [record])
            // Nobody runs it again.
            #expect(try await test.number(RedisCommand("HEXISTS", "postback:jobs:job:\(id)", "payload")) == 0)
        }
    }

    @Test("an event is one that the relay's reader takes", arguments: [true, false])
    func eventIsReadable(hasURL: Bool) async throws {
        try await TestQueue.run { test in
            let id = try await test.submit {
                $0.callbackURL = hasURL ? "https://example.com/a" : nil
                $0.maxRetries = 0
            }
            let message = "bad \"quotes\" \\ slash / \u{1} tab \t é 😀"
            _ = try await test.queue.fail(try await test.claim().lease, JobFailure(message, isRetriable: true))
            let fields = try #require(try await test.events().first)
            let event = try EventReader().read(fields.map { EventField($0.key, $0.value) }, entryID: "1700000000000-0")
            #expect(event.id == "\(id):1" && event.type == "job.failed" && event.jobID == id.text)
            #expect(fields["unrouted"] == (hasURL ? nil : "ignore"))
            #expect(String(decoding: event.data.bytes, as: UTF8.self).contains(#"bad \"quotes\" \\ slash / "#))
            #expect(try await test.record(id).error == message)
        }
    }

    @Test("an error that may pass is tried again after 2, 4 and 8 minutes, then the job fails")
    func retries() async throws {
        try await TestQueue.run({ $0.retryJitter = 0.2 }) { test in
            let id = try await test.submit { $0.callbackURL = "https://example.com/a" }
            for (count, minutes) in [2, 4, 8].enumerated() {
                let job = try await test.claim()
                #expect(job.retryCount == count)
                guard
                    case .willRetry(let at) = try await test.queue.fail(
                        job.lease,
                        JobFailure("e\(count)", isRetriable: true)
                    )
                else { throw Unexpected("no retry") }
                let record = try await test.record(id)
                #expect(record.status == .scheduled && record.nextRetryAt == at && record.retryCount == count + 1)
                #expect(record.error == "e\(count)" && record.worker == nil)
                let pause = Duration.milliseconds(at.milliseconds(since: record.updatedAt))
                #expect(pause >= .seconds(60 * minutes) * 0.8 && pause <= .seconds(60 * minutes) * 1.2)
                #expect(try await test.queue.promote().moved == 0)
                test.clock.advance(by: pause + .milliseconds(1))
                #expect(try await test.queue.promote().moved == 1)
            }
            let last = try await test.claim()
            #expect(try await test.queue.fail(last.lease, JobFailure("e3", isRetriable: true)) == .ended(.failed))
            let record = try await test.record(id)
            let end = try #require(record.completedAt)
            #expect(record.status == .failed && record.error == "e3" && record.retryCount == 3)
            #expect(
                try await test.events().map { $0["data"] }
                    == [#"{"error":"e3","failed_at":"\#(end.rfc3339)","retry_count":3}"#]
            )
        }
    }

    @Test("a permanent error is not tried again")
    func permanent() async throws {
        try await TestQueue.run { test in
            let id = try await test.submit()
            let lease = try await test.claim().lease
            #expect(
                try await test.queue.fail(lease, JobFailure("no such template", isRetriable: false)) == .ended(.failed)
            )
            #expect(try await test.record(id).retryCount == 0)
            #expect(try await test.events().count == 1)
        }
    }

    @Test(
        "a result that is no JSON object, or too large, fails the job and says why",
        arguments: ["[]", "{", "nonsense", "", #"{"a":"\#(String(repeating: "x", count: 100))"}"#]
    )
    func badResult(_ result: String) async throws {
        try await TestQueue.run({ $0.resultLimit = 64 }) { test in
            let id = try await test.submit()
            let lease = try await test.claim().lease
            #expect(try await test.queue.complete(lease, result: Array(json: result)) == .ended(.failed))
            #expect(try await test.record(id).error?.hasPrefix("the result is ") == true)
        }
    }

    @Test("what is said twice counts once; what a lost lease says does not count")
    func fences() async throws {
        try await TestQueue.run { test in
            let id = try await test.submit()
            let old = try await test.claim("one").lease
            test.clock.advance(by: .seconds(31))
            #expect(try await test.queue.recover(except: []).requeued == 1)
            let new = try await test.claim("two").lease
            #expect(new.job == id && new.fence > old.fence)

            #expect(try await test.queue.complete(old, result: Array(json: "{}")) == .leaseLost)
            #expect(try await test.queue.fail(old, JobFailure("x", isRetriable: true)) == .leaseLost)
            #expect(try await test.queue.release(old) == .leaseLost)
            #expect(try await test.queue.cancelled(old) == .leaseLost)
            #expect(try await test.queue.progress(JobProgress(percent: 99), of: old) == .lost)
            #expect(try await test.beat("one", [old]) == [.lost])
            #expect(try await test.record(id).status == .processing)

            #expect(try await test.queue.complete(new, result: Array(json: #"{"a":1}"#)) == .ended(.completed))
            #expect(try await test.queue.complete(new, result: Array(json: #"{"a":2}"#)) == .alreadySaid)
            #expect(try await test.queue.fail(new, JobFailure("x", isRetriable: true)) == .leaseLost)
            #expect(try await test.record(id).result == Array(json: #"{"a":1}"#))
            #expect(try await test.events().count == 1)
        }
    }

    @Test("a job that is given back goes first, spends no try, and its event is still to come")
    func release() async throws {
        try await TestQueue.run { test in
            let first = try await test.submit { $0.priority = .low }
            let lease = try await test.claim().lease
            try await test.submit { $0.priority = .high }
            #expect(try await test.queue.release(lease) == .released)
            #expect(try await test.queue.release(lease) == .alreadySaid)
            let job = try await test.claim()
            #expect(job.lease.job == first && job.retryCount == 0)
            #expect(try await test.events().isEmpty)
        }
    }

    @Test("progress never goes back within a run, and begins anew with the next")
    func progress() async throws {
        try await TestQueue.run { test in
            let id = try await test.submit()
            let lease = try await test.claim().lease
            #expect(try await test.queue.progress(JobProgress(percent: 60, stage: "rendering"), of: lease) == .held)
            #expect(try await test.queue.progress(JobProgress(percent: 20), of: lease) == .held)
            #expect(try await test.record(id).progress == JobProgress(percent: 60))
            _ = try await test.queue.release(lease)
            #expect(try await test.record(id).progress == JobProgress(percent: 0))
        }
    }

    @Test("how long runs take is measured for each product and for the queue")
    func durations() async throws {
        try await TestQueue.run { test in
            #expect(try await test.queue.averageDuration(of: .pdf, productID: nil) == nil)
            for (product, seconds) in [("a", 10), ("b", 30)] {
                try await test.submit { $0.productID = product }
                let lease = try await test.claim().lease
                test.clock.advance(by: .seconds(seconds))
                _ = try await test.queue.complete(lease, result: Array(json: "{}"))
            }
            let a = try #require(try await test.queue.averageDuration(of: .pdf, productID: "a"))
            let all = try #require(try await test.queue.averageDuration(of: .pdf, productID: "unknown"))
            #expect(a >= .seconds(10) && a < .seconds(12))
            #expect(all >= .seconds(14) && all < .seconds(16))
        }
    }
}
