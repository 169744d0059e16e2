import Deliveries
import HTTPTypes
import JobQueue
import Ledger
import Testing

@testable import API

@Suite("Jobs")
struct JobTests {
    @Test("a job is shown with the contract's members, under both paths")
    func show() async throws {
        try await TestAPI.run { api in
            let job = Sample.job(1, status: .processing)
            api.jobs.put(job)
            let id = job.record.id
            let reply = try await api.send(.get, "/api/jobs/\(id)", key: "n8n-secret")
            #expect(
                reply.text.hasPrefix(
                    """
                    {"job_id":"\(id)","status":"processing","progress":40,"stage":"rendering","result":null,"error":null,\
                    "retry_count":0,"max_retries":3,"next_retry_at":null,"created_at":"2024-01-15T10:03:21.000Z",\
                    "started_at":"2024-01-15T10:03:21.500Z","updated_at":"2024-01-15T10:03:21.500Z","completed_at":null,\
                    "estimated_completion":"2024-01-15T10:05:05.000Z","position_in_queue":null,\
                    "callback":{"url":"https://n8n.example.com/webhook/pdf-complete","status":null,"delivered":false,
                    """.replacing("\n", with: "")
                )
            )
            #expect(!reply.text.contains("SECRET"))
            let other = try await api.send(.get, "/api/jobs/status/\(id.text.uppercased())", key: "n8n-secret")
            #expect(other.text == reply.text)
        }
    }

    @Test("the callback says whether and when the end was delivered, and the result is the worker's own")
    func callback() async throws {
        try await TestAPI.run { api in
            var job = Sample.job(1, status: .completed)
            job.callback = Sample.delivery(1, attempts: [Sample.attempt(1)]).summary
            api.jobs.put(job)
            let reply = try await api.send(.get, "/api/jobs/\(job.record.id)")
            #expect(reply.text.contains(#""result":{"pdf_filename":"a.pdf","pages":1.0}"#))
            let callback = try #require(reply.json["callback"])
            #expect(callback["delivered"]?.bool == true)
            #expect(callback["delivered_at"]?.string == "2024-01-15T10:03:21.250Z")
            #expect(callback["status"]?.string == "delivered")
            #expect(callback["attempts"]?.number == 1)
            #expect(callback["url"]?.string?.contains("TOKEN") == false)
            job.callback?.status = .pending
            api.jobs.put(job)
            let pending = try await api.send(.get, "/api/jobs/\(job.record.id)")
            #expect(pending.json["callback"]?["delivered"]?.bool == false)
            #expect(pending.json["callback"]?["delivered_at"] == .null)
            job.callback = nil
            job.record.callbackURL = nil
            api.jobs.put(job)
            #expect(try await api.send(.get, "/api/jobs/\(job.record.id)").json["callback"] == .null)
        }
    }

    @Test("the callback of a failed job is the failure URL's")
    func failureURL() async throws {
        try await TestAPI.run { api in
            var job = Sample.job(1, status: .failed)
            job.record.failureURL = "https://n8n.example.com/webhook/pdf-failed?token=SECRET"
            api.jobs.put(job)
            let reply = try await api.send(.get, "/api/jobs/\(job.record.id)")
            #expect(reply.json["callback"]?["url"]?.string == "https://n8n.example.com/webhook/pdf-failed")
            #expect(reply.json["error"]?.string == "template psikotes_v2: no template.html")
        }
    }

    @Test(
        "what is not there, or is no id, is not found",
        arguments: ["nope", "0", "%00", "00000000-0000-4000-8000-000000000000"]
    )
    func notFound(id: String) async throws {
        try await TestAPI.run { api in
            for (method, path) in [
                (HTTPRequest.Method.get, "\(id)"), (.get, "status/\(id)"), (.get, "\(id)/events"),
                (.get, "\(id)/download"), (.delete, "\(id)"), (.post, "\(id)/cancel"), (.post, "\(id)/retry"),
            ] {
                let reply = try await api.send(method, "/api/jobs/\(path)")
                #expect(reply.status == 404)
            }
        }
    }

    @Test("a tenant sees and changes its own jobs only")
    func tenants() async throws {
        try await TestAPI.run { api in
            let (own, foreign, none) = (
                Sample.job(1, status: .completed, tenant: "acme"), Sample.job(2, tenant: "other"), Sample.job(3)
            )
            for job in [own, foreign, none] { api.jobs.put(job) }
            #expect(try await api.send(.get, "/api/jobs/\(own.record.id)", key: "acme-secret").status == 200)
            for id in [foreign.record.id, none.record.id] {
                for key in ["acme-secret", "acme-ops-secret"] {
                    for path in ["", "/events", "/download"] {
                        #expect(try await api.send(.get, "/api/jobs/\(id)\(path)", key: key).status == 404)
                    }
                    #expect(try await api.send(.get, "/api/jobs/status/\(id)", key: key).status == 404)
                    #expect(try await api.send(.delete, "/api/jobs/\(id)", key: key).status == 404)
                    #expect(try await api.post("/api/jobs/\(id)/cancel", "", key: key).status == 404)
                }
                #expect(try await api.post("/api/jobs/\(id)/retry", "", key: "acme-ops-secret").status == 404)
            }
            #expect(api.jobs.requests.isEmpty)
            let many = try await api.post(
                "/api/jobs/status",
                #"{"job_ids":["\#(foreign.record.id)","\#(own.record.id)"]}"#,
                key: "acme-secret"
            )
            #expect(many.json["items"]?.items?.map { $0["job_id"]?.string } == [own.record.id.text])
            #expect(many.json["not_found"]?.strings == [foreign.record.id.text])
            let list = try await api.send(.get, "/api/jobs", key: "acme-ops-secret")
            #expect(list.json["items"]?.items?.map { $0["job_id"]?.string } == [own.record.id.text])
            // Whoever sees all tenants may ask for one; a tenant for no other.
            let others = try await api.send(.get, "/api/jobs?tenant=other&limit=1", key: "ops-secret")
            #expect(others.json["items"]?.items?.map { $0["job_id"]?.string } == [foreign.record.id.text])
            #expect(try await api.send(.get, "/api/jobs?tenant=acme", key: "acme-ops-secret").json == list.json)
            let refused = try await api.send(.get, "/api/jobs?tenant=other", key: "acme-ops-secret")
            #expect(refused.status == 403 && refused.detail.hasPrefix("tenant: "))
            let foreignOnes = #"{"tenant":"other","dry_run":true}"#
            #expect(try await api.post("/api/jobs/cancel", foreignOnes, key: "acme-ops-secret").status == 403)
            let dry = try await api.post("/api/jobs/cancel", foreignOnes, key: "ops-secret")
            #expect(dry.json["cancelled"]?.number == 1)
            let cancelled = try await api.post("/api/jobs/cancel", #"{"status":"queued"}"#, key: "acme-ops-secret")
            #expect(cancelled.json["cancelled"]?.number == 0)
            #expect(try await api.send(.get, "/api/queues", key: "acme-ops-secret").status == 403)
        }
    }

    @Test("many jobs are asked for at once, in the order in which they are named")
    func many() async throws {
        try await TestAPI.run { api in
            let jobs = (1...3).map { Sample.job($0) }
            for job in jobs { api.jobs.put(job) }
            let ids = jobs.reversed().map(\.record.id.text)
            let text = (ids + ["nope"]).map { "\"\($0)\"" }.joined(separator: ",")
            let reply = try await api.post("/api/jobs/status", "{\"job_ids\":[\(text)]}", key: "n8n-secret")
            #expect(reply.status == 200)
            #expect(reply.json["items"]?.items?.compactMap { $0["job_id"]?.string } == ids)
            #expect(reply.json["not_found"]?.strings == ["nope"])
            let one = try await api.post("/api/jobs/status", "{\"job_id\":\"\(ids[0])\"}")
            #expect(one.json["items"]?.items?.count == 1)
            let tooMany = "[" + (0...100).map { _ in "\"\(ids[0])\"" }.joined(separator: ",") + "]"
            for body in [
                "{}", #"{"job_ids":[]}"#, #"{"job_ids":"x"}"#, #"{"job_ids":[1]}"#, "{\"job_ids\":\(tooMany)}",
            ] {
                let refused = try await api.post("/api/jobs/status", body)
                #expect(refused.status == 422)
                #expect(refused.json["field"]?.string == "job_ids")
            }
        }
    }

    @Test("a job that waits is cancelled at once, one that runs is asked to stop, one that has ended stays as it is")
    func cancel() async throws {
        try await TestAPI.run { api in
            for (status, answer) in [
                (JobStatus.queued, 200), (.scheduled, 200), (.processing, 202), (.completed, 409), (.failed, 409),
                (.cancelled, 409),
            ] {
                for isDelete in [true, false] {
                    let job = Sample.job(1, status: status)
                    api.jobs.put(job)
                    let path = "/api/jobs/\(job.record.id)"
                    let reply =
                        isDelete
                        ? try await api.send(.delete, path, key: "n8n-secret")
                        : try await api.post(path + "/cancel", "{}", key: "n8n-secret")
                    #expect(reply.status == answer)
                    if answer == 200 { #expect(reply.json["status"]?.string == "cancelled") }
                    if answer == 202 { #expect(reply.json["status"]?.string == "processing") }
                    if answer == 409 { #expect(reply.detail.contains("has ended as \(status.rawValue)")) }
                    #expect(api.jobs.requests.last == "cancel \(job.record.id) by n8n")
                }
            }
        }
    }

    @Test("a failed or cancelled job runs again; any other says why not")
    func retry() async throws {
        try await TestAPI.run { api in
            for (status, answer, kind) in [
                (JobStatus.failed, 202, ""), (.cancelled, 202, ""), (.completed, 409, "already-completed"),
                (.queued, 409, "not-ended"), (.processing, 409, "not-ended"),
            ] {
                let job = Sample.job(1, status: status)
                api.jobs.put(job)
                let reply = try await api.post("/api/jobs/\(job.record.id)/retry", "")
                #expect(reply.status == answer)
                #expect(answer != 409 || reply.json["type"]?.string == "urn:postback:problem:\(kind)")
            }
            let job = Sample.job(1, status: .failed)
            api.jobs.put(job)
            #expect(try await api.post("/api/jobs/\(job.record.id)/retry", "", key: "n8n-secret").status == 403)
            api.jobs.change { $0.retryAnswer = .expired }
            #expect(try await api.post("/api/jobs/\(job.record.id)/retry", "").status == 410)
            api.jobs.change { $0.retryAnswer = .full(limit: 5) }
            let full = try await api.post("/api/jobs/\(job.record.id)/retry", "")
            #expect(full.status == 503 && full.header("Retry-After") != nil)
        }
    }

    @Test("the list is the newest first, filtered, and paged by links")
    func list() async throws {
        try await TestAPI.run { api in
            for number in 1...5 { api.jobs.put(Sample.job(number, status: number == 5 ? .failed : .queued)) }
            var path = "/api/jobs?limit=2&status=queued&product_id=psikotes_v2&queue=pdf&since=1h"
            var codes: [String] = []
            for _ in 0..<2 {
                let page = try await api.send(.get, path)
                #expect(page.status == 200)
                codes += page.json["items"]?.items?.compactMap { $0["code"]?.string } ?? []
                guard let next = page.json["next"]?.string else { break }
                #expect(next.contains("since=2024-01-15T09%3A05%3A00.000Z"))
                path = next
            }
            #expect(codes == ["USER4", "USER3", "USER2", "USER1"])
            let one = try await api.send(.get, "/api/jobs?code=USER3")
            #expect(one.json["items"]?.items?.compactMap { $0["code"]?.string } == ["USER3"])
            for (query, field) in [
                ("status=active", "status"), ("queue=A", "queue"), ("since=x", "since"), ("limit=0", "limit"),
                ("cursor=nope", "cursor"), ("tenant=", "tenant"),
            ] {
                let reply = try await api.send(.get, "/api/jobs?\(query)")
                #expect(reply.status == 422)
                #expect(reply.json["field"]?.string ?? "" == field)
            }
            #expect(try await api.send(.get, "/api/jobs", key: "n8n-secret").status == 403)
        }
    }

    @Test("jobs are cancelled by filter, so many at a time, and counted before it if so wished")
    func cancelMany() async throws {
        try await TestAPI.run { api in
            for number in 1...4 { api.jobs.put(Sample.job(number)) }
            api.jobs.put(Sample.job(5, status: .processing))
            api.jobs.put(Sample.job(6, status: .completed))
            let dry = try await api.post("/api/jobs/cancel", #"{"product_id":"psikotes_v2","dry_run":true}"#)
            #expect(dry.text == #"{"cancelled":4,"requested":1,"dry_run":true,"has_more":false}"#)
            #expect(api.jobs.requests.isEmpty)
            let some = try await api.post("/api/jobs/cancel", #"{"queue":"pdf","limit":2}"#)
            #expect(some.text == #"{"cancelled":2,"requested":0,"dry_run":false,"has_more":true}"#)
            let rest = try await api.post("/api/jobs/cancel", #"{"queue":"pdf","since":"1h"}"#)
            #expect(rest.text == #"{"cancelled":2,"requested":1,"dry_run":false,"has_more":false}"#)
            for (body, field) in [
                ("{}", ""), (#"{"status":"failed"}"#, "status"), (#"{"status":"x"}"#, "status"),
                (#"{"queue":"A"}"#, "queue"), (#"{"since":"x"}"#, "since"), (#"{"queue":"pdf","limit":0}"#, "limit"),
            ] {
                let reply = try await api.post("/api/jobs/cancel", body)
                #expect(reply.status == 422)
                #expect(reply.json["field"]?.string ?? "" == field)
            }
            #expect(try await api.post("/api/jobs/cancel", #"{"queue":"pdf"}"#, key: "n8n-secret").status == 403)
        }
    }

    @Test("a job that cannot be cancelled now keeps nobody from cancelling the others")
    func cancelManyInPart() async throws {
        try await TestAPI.run { api in
            let views = (1...3).map { Sample.job($0) }
            views.forEach(api.jobs.put)
            let first = views[0].record.id
            api.jobs.change { $0.onTheirWay = [first] }
            let some = try await api.post("/api/jobs/cancel", #"{"queue":"pdf"}"#)
            #expect(some.text == #"{"cancelled":2,"requested":0,"dry_run":false,"has_more":true}"#)
            let none = try await api.post("/api/jobs/cancel", #"{"queue":"pdf"}"#)
            #expect(none.text == #"{"cancelled":0,"requested":0,"dry_run":false,"has_more":true}"#)
            let one = try await api.post("/api/jobs/\(first)/cancel", "{}")
            #expect(one.status == 503)
            #expect(one.detail.contains("on its way"))
        }
    }

    @Test("while Redis and the ledger are away every answer about jobs is 503 with a time to come back")
    func unavailable() async throws {
        try await TestAPI.run { api in
            api.jobs.change {
                $0.failure = .unavailable(reason: "Redis does not answer; try again later", retryAfter: 4)
            }
            let id = JobID()
            for (method, path) in [
                (HTTPRequest.Method.get, "/api/jobs/\(id)"), (.get, "/api/jobs"), (.get, "/api/jobs/\(id)/events"),
                (.get, "/api/jobs/\(id)/download"), (.delete, "/api/jobs/\(id)"), (.post, "/api/jobs/\(id)/retry"),
                (.get, "/api/queues"), (.post, "/api/queues/pdf/pause"), (.get, "/api/products"),
            ] {
                let reply = try await api.send(method, path)
                #expect(reply.status == 503)
                #expect(reply.header("Retry-After") == "4")
            }
            api.jobs.change { $0.failure = .damaged(reason: "secret detail") }
            let reply = try await api.send(.get, "/api/jobs/\(id)")
            #expect(reply.status == 500)
            #expect(!reply.text.contains("secret detail"))
        }
    }
}
