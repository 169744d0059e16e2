import Deliveries
import HTTPTypes
import JobQueue
import Testing

@testable import API

@Suite("Queues and products")
struct QueueTests {
    @Test("queues are shown by name, with the age of the oldest job")
    func list() async throws {
        try await TestAPI.run { api in
            var pdf = QueueStatistics(name: .pdf)
            pdf.waiting = 3
            pdf.oldestWaitingSince = Sample.now.advanced(byMilliseconds: -61_500)
            let slow = try QueueStatistics(name: #require(QueueName("slow")))
            api.jobs.change { $0.queues = [slow, pdf] }
            let reply = try await api.send(.get, "/api/queues")
            #expect(
                reply.text.hasPrefix(
                    #"{"items":[{"name":"pdf","paused":false,"waiting":3,"active":0,"delayed":0,"completed":0,"failed":0,"cancelled":0,"workers":0,"oldest_waiting_since":"2024-01-15T10:03:58.500Z","oldest_age_seconds":61},{"name":"slow""#
                )
            )
            let first = try await api.send(.get, "/api/queues?limit=1")
            #expect(first.json["next"]?.string == "/api/queues?limit=1&cursor=pdf")
            let second = try await api.send(.get, "/api/queues?limit=1&cursor=pdf")
            #expect(second.json["items"]?.items?.first?["name"]?.string == "slow")
            #expect(second.json["next"] == .null)
        }
    }

    @Test("a queue is paused and resumed by name; one that is not there is not found")
    func pause() async throws {
        try await TestAPI.run { api in
            let paused = try await api.post("/api/queues/pdf/pause", "")
            #expect(paused.status == 200 && paused.json["paused"]?.bool == true)
            let resumed = try await api.post("/api/queues/pdf/resume", "{}")
            #expect(resumed.status == 200 && resumed.json["paused"]?.bool == false)
            #expect(api.jobs.requests == ["pause pdf by ops", "resume pdf by ops"])
            for operation in ["pause", "resume", "clean"] {
                #expect(try await api.post("/api/queues/none/\(operation)", "").status == 404)
                #expect(try await api.post("/api/queues/pdf/\(operation)", "", key: "n8n-secret").status == 403)
            }
        }
    }

    @Test("ended jobs are forgotten by state, age and number")
    func clean() async throws {
        try await TestAPI.run { api in
            let all = try await api.post("/api/queues/pdf/clean", "")
            #expect(all.text == #"{"queue":"pdf","status":"completed","removed":3}"#)
            try await api.post("/api/queues/pdf/clean", #"{"status":"failed","older_than":"7d","limit":10}"#)
            #expect(
                api.jobs.requests == [
                    "clean pdf completed 3600.0 seconds 1000 by ops", "clean pdf failed 604800.0 seconds 10 by ops",
                ]
            )
            for (body, field) in [
                (#"{"status":"queued"}"#, "status"), (#"{"older_than":"x"}"#, "older_than"), (#"{"limit":0}"#, "limit"),
            ] {
                let reply = try await api.post("/api/queues/pdf/clean", body)
                #expect(reply.status == 422)
                #expect(reply.json["field"]?.string == field)
            }
        }
    }

    @Test("products are shown with the schema of their data as it was written")
    func products() async throws {
        try await TestAPI.run { api in
            api.jobs.change { state in
                state.products = ["b", "a"].map { id in
                    Product(
                        id: id,
                        title: "Product \(id)",
                        schema: Array(#"{"type":"object","n":1.10}"#.utf8),
                        renderer: "weasyprint"
                    )
                }
            }
            let reply = try await api.send(.get, "/api/products?limit=1", key: "acme-secret")
            #expect(
                reply.text
                    == #"{"items":[{"id":"a","title":"Product a","schema":{"type":"object","n":1.10},"renderer":"weasyprint"}],"next":"/api/products?limit=1&cursor=a"}"#
            )
        }
    }
}
