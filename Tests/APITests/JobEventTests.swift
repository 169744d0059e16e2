import Deliveries
import HTTPTypes
import JobQueue
import NIOCore
import NIOPosix
import Synchronization
import Testing

@testable import API

@Suite("Following a job", .timeLimit(.minutes(1)))
struct JobEventTests {
    @Test("a job that has ended is told once, and a client that knows is told to stay away")
    func ended() async throws {
        try await TestAPI.run { api in
            let job = Sample.job(1, status: .completed)
            api.jobs.put(job)
            let path = "/api/jobs/\(job.record.id)/events"
            let reply = try await api.send(.get, path, key: "n8n-secret")
            #expect(reply.status == 200)
            #expect(reply.header("Content-Type") == "text/event-stream; charset=utf-8")
            #expect(reply.header("Cache-Control") == "no-store")
            let id = String(job.record.updatedAt.milliseconds)
            #expect(reply.text.hasPrefix("id: \(id)\nevent: end\ndata: {\"job_id\":\"\(job.record.id)\""))
            #expect(reply.text.hasSuffix("}\n\n"))
            let again = try await api.send(.get, path, headers: ["Last-Event-ID": id])
            #expect(again.status == 204)
            #expect(try await api.send(.get, path, headers: ["Last-Event-ID": "1"]).status == 200)
            let head = try await api.send(.head, path)
            #expect(head.status == 200 && head.body.isEmpty)
        }
    }

    @Test("the first event is how the job stands, each change is one, and the stream ends with the end")
    func changes() async throws {
        try await RunningServer.run { server in
            let job = Sample.job(3)
            server.jobs.put(job)
            try await server.follow(job.record.id) { events in
                #expect(await events.next()?.name == "progress")
                server.jobs.update(job.record.id) { view in
                    view.record.status = .processing
                    view.record.progress = JobProgress(percent: 30, stage: "rendering")
                    view.position = nil
                }
                let progress = await events.next()
                #expect(progress?.name == "progress")
                #expect(progress?.data["progress"]?.number == 30)
                #expect(progress?.data["stage"]?.string == "rendering")
                // What a watcher cannot see is no news.
                server.jobs.update(job.record.id) { $0.record.updatedAt = Sample.now }
                server.jobs.update(job.record.id) { view in
                    view.record.status = .completed
                    view.record.result = Array("{\"text\":\n\"a\"}".utf8)
                }
                let end = await events.next()
                #expect(end?.name == "end")
                #expect(end?.data["status"]?.string == "completed")
                #expect(end?.data["result"]?["text"]?.string == "a")
                #expect(await events.next() == nil, "the stream ends")
            }
        }
    }

    @Test("a stream without news carries comments, and notices a change that was lost")
    func keepAlive() async throws {
        try await TestAPI.run(rules: { $0.keepAlive = .milliseconds(20) }) { api in
            let job = Sample.job(1)
            api.jobs.put(job)
            async let reply = api.send(.get, "/api/jobs/\(job.record.id)/events")
            // Once for the route, once for the beginning, and then after each silence.
            while api.jobs.state.withLock({ $0.looks }) < 5 { try await Task.sleep(for: .milliseconds(5)) }
            api.jobs.change { $0.views[job.record.id]?.record.status = .cancelled }
            let text = try await reply.text
            #expect(text.contains(": still here\n\n"))
            #expect(text.contains("event: end"))
        }
    }

    @Test("a stream lasts so long and no longer")
    func life() async throws {
        try await TestAPI.run(rules: { $0.streamLife = .milliseconds(50) }) { api in
            let job = Sample.job(1)
            api.jobs.put(job)
            let reply = try await api.send(.get, "/api/jobs/\(job.record.id)/events")
            #expect(reply.text.contains("event: progress") && !reply.text.contains("event: end"))
        }
    }

    @Test("clients that follow are bounded")
    func bounded() async throws {
        try await TestAPI.run(rules: { $0.watcherLimit = 0 }) { api in
            let job = Sample.job(1)
            api.jobs.put(job)
            let reply = try await api.send(.get, "/api/jobs/\(job.record.id)/events")
            #expect(reply.status == 503)
            #expect(reply.header("Retry-After") == "5")
        }
    }

    @Test("whoever hangs up leaves his place at once, also one who waits for a document", arguments: [true, false])
    func hangUp(asStream: Bool) async throws {
        // One place for a key, and nothing is written in less than an hour.
        let rules = { @Sendable (rules: inout JobRules) in
            (rules.watcherLimit, rules.keepAlive, rules.synchronousWait) = (2, .seconds(3600), .seconds(3600))
        }
        try await RunningServer.run(rules: rules) { server in
            let job = Sample.job(1)
            server.jobs.put(job)
            let follow = "GET /api/jobs/\(job.record.id)/events HTTP/1.1\r\nHost: x\r\nX-API-Key: ops-secret\r\n\r\n"
            let body = #"{"code":"a","product_id":"invoice"}"#
            let generate =
                "POST /api/reports/generate HTTP/1.1\r\nHost: x\r\nX-API-Key: ops-secret\r\n"
                + "Content-Type: application/json\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
            try await server.converse { connection in
                try await connection.send(asStream ? follow : generate)
                if asStream {
                    _ = try await connection.read(through: "event: progress")
                } else {
                    while server.jobs.state.withLock({ $0.looks }) == 0 { try await Task.sleep(for: .milliseconds(2)) }
                }
            }
            var answer = ""
            while !answer.contains(" 200 ") {
                try await server.converse { connection in
                    try await connection.send(follow)
                    answer = try await connection.read(through: "\r\n\r\n")
                }
            }
        }
    }

    @Test("streams end when the server is to stop, so that it can")
    func stopping() async throws {
        try await RunningServer.run { server in
            let job = Sample.job(1)
            server.jobs.put(job)
            try await server.follow(job.record.id) { events in
                #expect(await events.next()?.name == "progress")
                await server.stop()
                #expect(await events.next() == nil, "the stream ends")
            }
        }
    }

    @Test("those who wait are counted, and let go of")
    func subscriptions() async throws {
        let watch = JobWatch(limit: 4, changes: { AsyncStream { $0.finish() } })
        let id = JobID()
        var first = watch.subscribe(to: id, by: "acme")
        let second = watch.subscribe(to: id, by: "acme")
        #expect(first != nil && second != nil && watch.count == 2)
        #expect(watch.subscribe(to: id, by: "acme") == nil, "one caller has half of the places")
        let others = (0..<3).map { watch.subscribe(to: id, by: "other \($0)") }
        #expect(others.map { $0 != nil } == [true, true, false], "all together have all of them")
        first = nil
        #expect(watch.count == 3)
        #expect(watch.subscribe(to: JobID(), by: "acme") != nil)
        #expect(watch.count == 3)
        _ = (second, others)
    }
}
