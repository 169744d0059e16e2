import Deliveries
import HTTPTypes
import JobQueue
import Synchronization
import Testing

@testable import API

@Suite("Submitting jobs")
struct JobSubmitTests {
    private static let paths = ["/api/jobs/pdf/submit", "/api/reports/generate-async"]

    @Test("a job is submitted with every member, and the answer says where to ask", arguments: paths)
    func allMembers(path: String) async throws {
        try await TestAPI.run { api in
            let reply = try await api.post(
                path,
                #"""
                {"code":"USER123","product_id":"psikotes_v2","user_email":"ada@example.com","user_name":"Ada",
                 "data":{"score":1.10,"big":12345678901234567890},"priority":"high","max_retries":5,"timeout":"10m",
                 "callback_url":"https://n8n.example.com/ok?t=1","failure_url":"https://n8n.example.com/bad",
                 "run_at":"2024-01-15T11:05:00+01:00"}
                """#,
                key: "acme-secret",
                headers: ["traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"]
            )
            #expect(reply.status == 202)
            let job = try #require(api.jobs.submissions.first)
            #expect(
                reply.text == """
                    {"success":true,"job_id":"\(job.id)","status":"queued","status_url":"/api/jobs/\(job.id)",\
                    "estimated_completion":"2024-01-15T10:05:08.000Z","position_in_queue":1,\
                    "message":"the job is in the queue at position 1"}
                    """
            )
            #expect(reply.header("Location") == "/api/jobs/\(job.id)")
            #expect(
                String(decoding: job.payload, as: UTF8.self)
                    == #"{"code":"USER123","product_id":"psikotes_v2","user_email":"ada@example.com","user_name":"Ada","data":{"score":1.10,"big":12345678901234567890}}"#
            )
            #expect(job.kind == "pdf" && job.queue == .pdf && job.priority == .high && job.tenant == "acme")
            #expect(job.productID == "psikotes_v2" && job.code == "USER123")
            #expect(job.callbackURL == "https://n8n.example.com/ok?t=1")
            #expect(job.failureURL == "https://n8n.example.com/bad")
            #expect(job.maxRetries == 5 && job.timeout == .seconds(600))
            #expect(job.runAt == nil, "10:05 UTC is now, and that means at once")
            #expect(job.traceparent == "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
            #expect(job.idempotency == nil)
        }
    }

    @Test("what is left out has the contract's defaults")
    func defaults() async throws {
        try await TestAPI.run { api in
            try await api.post(
                Self.paths[0],
                #"{"code":"c","product_id":"p","callback_url":null,"user_name":"","data":null,"priority":""}"#,
                headers: ["traceparent": "nonsense"]
            )
            let job = try #require(api.jobs.submissions.first)
            #expect(String(decoding: job.payload, as: UTF8.self) == #"{"code":"c","product_id":"p","data":{}}"#)
            #expect(job.priority == .normal && job.maxRetries == 3 && job.timeout == .seconds(300))
            #expect(job.callbackURL == nil && job.failureURL == nil && job.runAt == nil && job.tenant == nil)
            #expect(job.traceparent == nil)
        }
    }

    @Test(
        "both ways of naming members are taken",
        arguments: ["callback_url", "callback", "webhook_url", "callbackUrl"],
        ["failure_url", "failure_callback_url", "failureUrl"]
    )
    func names(callback: String, failure: String) async throws {
        try await TestAPI.run { api in
            try await api.post(
                Self.paths[1],
                #"{"code":"c","productId":"p","\#(callback)":"https://a.example/","\#(failure)":"https://b.example/"}"#
            )
            let job = try #require(api.jobs.submissions.first)
            #expect(job.productID == "p")
            #expect(job.callbackURL == "https://a.example/" && job.failureURL == "https://b.example/")
        }
    }

    @Test("two names of one thing may say the same, but not different things")
    func differing() async throws {
        try await TestAPI.run { api in
            let same = try await api.post(Self.paths[0], #"{"code":"c","product_id":"p","productId":"p"}"#)
            #expect(same.status == 202)
            for (members, field) in [
                (#""product_id":"p","productId":"q""#, "productId"),
                (
                    #""product_id":"p","callback_url":"https://a.example","webhook_url":"https://b.example""#,
                    "webhook_url"
                ),
                (#""product_id":"p","max_retries":1,"maxRetries":2"#, "maxRetries"),
            ] {
                let reply = try await api.post(Self.paths[0], "{\"code\":\"c\",\(members)}")
                #expect(reply.status == 422)
                #expect(reply.json["field"]?.string == field)
                #expect(reply.detail.contains("which means the same"))
            }
            #expect(api.jobs.submissions.count == 1)
        }
    }

    @Test(
        "a job that cannot be is refused, and the member is named",
        arguments: [
            (#"{"product_id":"p"}"#, "code"), (#"{"code":"","product_id":"p"}"#, "code"),
            (#"{"code":7,"product_id":"p"}"#, "code"), (#"{"code":"a\nb","product_id":"p"}"#, "code"),
            (#"{"code":"c"}"#, "product_id"), (#"{"code":"c","product_id":"../etc"}"#, "product_id"),
            (#"{"code":"c","productId":".."}"#, "productId"), (#"{"code":"c","product_id":"a/b"}"#, "product_id"),
            (#"{"code":"c","product_id":"p","user_email":"nobody"}"#, "user_email"),
            (#"{"code":"c","product_id":"p","user_email":"a@b@c"}"#, "user_email"),
            (#"{"code":"c","product_id":"p","user_name":"a\u0000"}"#, "user_name"),
            (#"{"code":"c","product_id":"p","data":[]}"#, "data"),
            (#"{"code":"c","product_id":"p","data":"x"}"#, "data"),
            (#"{"code":"c","product_id":"p","priority":"urgent"}"#, "priority"),
            (#"{"code":"c","product_id":"p","priority":1}"#, "priority"),
            (#"{"code":"c","product_id":"p","max_retries":26}"#, "max_retries"),
            (#"{"code":"c","product_id":"p","max_retries":-1}"#, "max_retries"),
            (#"{"code":"c","product_id":"p","max_retries":1.5}"#, "max_retries"),
            (#"{"code":"c","product_id":"p","max_retries":"3"}"#, "max_retries"),
            (#"{"code":"c","product_id":"p","max_retries":1e300}"#, "max_retries"),
            (#"{"code":"c","product_id":"p","timeout":0}"#, "timeout"),
            (#"{"code":"c","product_id":"p","timeout":3601}"#, "timeout"),
            (#"{"code":"c","product_id":"p","timeout":"2h"}"#, "timeout"),
            (#"{"code":"c","product_id":"p","timeout":"5"}"#, "timeout"),
            (#"{"code":"c","product_id":"p","run_at":"tomorrow"}"#, "run_at"),
            (#"{"code":"c","product_id":"p","run_at":"2025-06-01T00:00:00Z"}"#, "run_at"),
            (#"{"code":"c","product_id":"p","queue":"nope"}"#, "queue"),
            (#"{"code":"c","product_id":"p","callback_url":"ftp://a.example"}"#, "callback_url"),
            (#"{"code":"c","product_id":"p","callback_url":"https://u:p@a.example"}"#, "callback_url"),
            (#"{"code":"c","product_id":"p","callback":"http://127.0.0.1/x"}"#, "callback"),
            (#"{"code":"c","product_id":"p","callback":"http://169.254.169.254/"}"#, "callback"),
            (#"{"code":"c","product_id":"p","callback":"http://[::ffff:10.0.0.1]/"}"#, "callback"),
            (#"{"code":"c","product_id":"p","callback":"http://localhost:5678/"}"#, "callback"),
            (#"{"code":"c","product_id":"p","failure_url":"http://10.0.0.1/"}"#, "failure_url"),
        ]
    )
    func refused(body: String, field: String) async throws {
        try await TestAPI.run { api in
            for path in Self.paths {
                let reply = try await api.post(path, body)
                #expect(reply.status == 422)
                #expect(reply.json["field"]?.string == field)
                #expect(reply.detail.hasPrefix(field + ": "))
            }
            #expect(api.jobs.submissions.isEmpty)
        }
    }

    @Test("a job for later is scheduled, in a queue that is configured")
    func later() async throws {
        try await TestAPI.run(rules: { $0.queues = [.pdf, QueueName("slow") ?? .pdf] }) { api in
            let reply = try await api.post(
                Self.paths[0],
                #"{"code":"c","product_id":"p","queue":"slow","run_at":"2024-01-15T10:06:00Z","timeout":45}"#
            )
            #expect(reply.json["status"]?.string == "scheduled")
            #expect(reply.json["position_in_queue"] == .null)
            #expect(reply.json["message"]?.string == "the job waits for its time")
            let job = try #require(api.jobs.submissions.first)
            #expect(job.queue.text == "slow" && job.timeout == .seconds(45))
            #expect(job.runAt == Sample.now.advanced(byMilliseconds: 60_000))
        }
    }

    @Test("the same key with the same members is the same job; with others it is a conflict")
    func idempotency() async throws {
        try await TestAPI.run { api in
            let key = ["Idempotency-Key": "order-17"]
            let body = #"{"code":"c","product_id":"p","data":{"a":1}}"#
            let first = try await api.post(Self.paths[0], body, headers: key)
            let again = try await api.post(
                Self.paths[1],
                #"{ "priority":"normal", "data":{ "\u0061" : 1 },"productId":"p","code":"c" }"#,
                headers: ["Idempotency-Key": "\"order-17\""]
            )
            #expect(again.status == 202)
            #expect(again.json["job_id"] == first.json["job_id"])
            #expect(again.header("Location") == first.header("Location"))
            let other = try await api.post(
                Self.paths[0],
                #"{"code":"c","product_id":"p","data":{"a":2}}"#,
                headers: key
            )
            #expect(other.status == 409)
            #expect(other.json["type"]?.string == "urn:postback:problem:idempotency-conflict")
            #expect(other.json["field"]?.string == "Idempotency-Key")
            // Another tenant's keys are its own.
            let tenants = try await api.post(Self.paths[0], body, key: "acme-secret", headers: key)
            #expect(tenants.json["job_id"] != first.json["job_id"])
            #expect(api.jobs.submissions.count == 2)
        }
    }

    @Test("what the configuration adds to a submission is no part of what its key stands for")
    func idempotencyWithoutDefaults() async throws {
        let fingerprints = Mutex<[[UInt8]?]>([])
        for retries in [3, 5] {
            try await TestAPI.run(rules: { ($0.retries, $0.timeout) = (retries, .seconds(60 * retries)) }) { api in
                let body = #"{"code":"c","product_id":"p"}"#
                _ = try await api.post(Self.paths[0], body, headers: ["Idempotency-Key": "order-17"])
                let submission = try #require(api.jobs.submissions.first)
                #expect(submission.maxRetries == retries)
                fingerprints.withLock { $0.append(submission.idempotency?.fingerprint) }
            }
        }
        let (first, second) = fingerprints.withLock { ($0.first, $0.last) }
        #expect(first == second)
    }

    @Test("a key that cannot be one is refused", arguments: ["\"\"", "a b", "é", String(repeating: "a", count: 256)])
    func badKey(key: String) async throws {
        try await TestAPI.run { api in
            let reply = try await api.post(
                Self.paths[0],
                #"{"code":"c","product_id":"p"}"#,
                headers: ["Idempotency-Key": key]
            )
            #expect(reply.status == 422)
            #expect(reply.json["field"]?.string == "Idempotency-Key")
        }
    }

    @Test("a full queue, and a Redis that is away for too long, say when to come back")
    func unavailable() async throws {
        try await TestAPI.run { api in
            let body = #"{"code":"c","product_id":"p"}"#
            api.jobs.change { $0.isFull = true }
            let full = try await api.post(Self.paths[0], body)
            #expect(full.status == 503)
            #expect(full.header("Retry-After") == "7")
            #expect(full.detail.contains("1000"))
            api.jobs.change { $0.failure = .unavailable(reason: "Redis does not answer", retryAfter: 3) }
            let away = try await api.post(Self.paths[1], body)
            #expect(away.status == 503)
            #expect(away.header("Retry-After") == "3")
        }
    }

    @Test("a mebibyte of data fits, and what is larger is refused")
    func sizes() async throws {
        try await TestAPI.run { api in
            func body(dataBytes: Int) -> String {
                #"{"code":"c","product_id":"p","data":{"a":"\#(String(repeating: "x", count: dataBytes - 8))"}}"#
            }
            #expect(try await api.post(Self.paths[0], body(dataBytes: 1 << 20)).status == 202)
            let over = try await api.post(Self.paths[0], body(dataBytes: 1 << 20 + 1))
            #expect(over.status == 422 && over.json["field"]?.string == "data")
            #expect(try await api.post(Self.paths[0], body(dataBytes: 2 << 20)).status == 413)
        }
    }

    @Test("status_url is whole when the public address is configured")
    func publicURL() async throws {
        try await TestAPI.run(rules: { $0.publicURL = "https://pdf.example.com" }) { api in
            let reply = try await api.post(Self.paths[0], #"{"code":"c","product_id":"p"}"#)
            let url = try #require(reply.json["status_url"]?.string)
            #expect(url.hasPrefix("https://pdf.example.com/api/jobs/"))
            #expect(reply.header("Location") == url)
        }
    }
}
