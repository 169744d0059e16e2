import Deliveries
import HTTPTypes
import HummingbirdTesting
import JobQueue
import Signing
import Testing

@testable import API

@Suite("Downloading documents")
struct DownloadTests {
    private static let bytes = (0..<300_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }

    /// A completed job with a document.
    private static func prepare(_ api: TestAPI, _ file: TemporaryFile, filename: String = "p_c.pdf") -> JobID {
        let job = Sample.job(1, status: .completed, tenant: "acme")
        api.jobs.put(job)
        api.jobs.change { state in
            state.documents[job.record.id] = JobDocument(
                location: .file(path: file.path),
                filename: filename,
                sha256: "00ff"
            )
        }
        return job.record.id
    }

    @Test("the bytes come whole with their length, type, name and tag; HEAD says the same without them")
    func whole() async throws {
        let file = try TemporaryFile(Self.bytes)
        try await TestAPI.run(.live) { api in
            let id = Self.prepare(api, file)
            let reply = try await api.send(.get, "/api/jobs/\(id)/download", key: "acme-secret")
            #expect(reply.status == 200)
            #expect(reply.body == Self.bytes)
            let head = try await api.send(.head, "/api/jobs/\(id)/download", key: "acme-secret")
            #expect(head.status == 200 && head.body.isEmpty)
            for reply in [reply, head] {
                #expect(reply.header("Content-Length") == "300000")
                #expect(reply.header("Content-Type") == "application/pdf")
                #expect(reply.header("Content-Disposition") == #"attachment; filename="p_c.pdf""#)
                #expect(reply.header("ETag") == "\"00ff\"")
                #expect(reply.header("Cache-Control") == "private, no-cache")
                #expect(reply.header("X-Content-Type-Options") == "nosniff")
            }
            for tag in ["\"00ff\"", "W/\"00ff\"", "\"x\", \"00ff\"", "*"] {
                let known = try await api.send(
                    .get,
                    "/api/jobs/\(id)/download",
                    key: "acme-secret",
                    headers: ["If-None-Match": tag]
                )
                #expect(known.status == 304 && known.body.isEmpty)
            }
            let other = try await api.send(
                .get,
                "/api/jobs/\(id)/download",
                key: "acme-secret",
                headers: ["If-None-Match": "\"x\""]
            )
            #expect(other.status == 200)
        }
    }

    @Test("a signed link needs no key, until it expires, and is good for one job and time")
    func link() async throws {
        let file = try TemporaryFile(Self.bytes)
        try await TestAPI.run { api in
            let id = Self.prepare(api, file)
            let other = Self.prepare(api, file)
            let expires = Sample.now.seconds + 60
            let link = Sample.link.url(id: id.text, expires: expires, base: "")
            #expect(try await api.send(.get, link, key: nil).body == Self.bytes)
            // A wrong key does not spoil a good link; a key does not mend a bad one.
            #expect(try await api.send(.get, link, key: "wrong").status == 200)
            for bad in [
                link + "0", link.replacing("expires=1", with: "expires=2"), link.replacing(id.text, with: other.text),
                link.replacing("expires=\(expires)&", with: ""),
                "/api/jobs/\(JobID())/download?expires=\(expires)&signature=x",
            ] {
                for key in [nil, "ops-secret"] {
                    let reply = try await api.send(.get, bad, key: key)
                    #expect(reply.status == 403)
                    #expect(reply.detail.hasPrefix("signature: "))
                }
            }
            api.clock.advance(by: .seconds(60))
            let expired = try await api.send(.get, link, key: nil)
            #expect(expired.status == 410)
            #expect(expired.detail.contains("expired"))
            #expect(try await api.send(.get, "/api/jobs/\(id)/download", key: nil).status == 401)
            #expect(try await api.send(.get, "/api/jobs/\(id)/download?expires=\(expires)", key: nil).status == 401)
        }
    }

    @Test("a job without a document says why", arguments: JobStatus.allCases)
    func noDocument(status: JobStatus) async throws {
        try await TestAPI.run { api in
            let job = Sample.job(1, status: status)
            api.jobs.put(job)
            let reply = try await api.send(.get, "/api/jobs/\(job.record.id)/download")
            #expect(reply.status == (status == .completed ? 410 : 409))
        }
    }

    @Test("a file that has gone meanwhile is gone, and one that is stored elsewhere is there")
    func elsewhere() async throws {
        let file = try TemporaryFile(Self.bytes)
        try await TestAPI.run { api in
            let id = Self.prepare(api, file)
            file.remove()
            #expect(try await api.send(.get, "/api/jobs/\(id)/download").status == 410)
            api.jobs.change { state in
                state.documents[id]?.location = .url("https://drive.example.com/file/1")
            }
            let reply = try await api.send(.get, "/api/jobs/\(id)/download")
            #expect(reply.status == 302 && reply.body.isEmpty)
            #expect(reply.header("Location") == "https://drive.example.com/file/1")
        }
    }

    @Test(
        "a name with anything in it is a harmless header",
        arguments: [
            ("psikotes_v2_USER 1.pdf", #"attachment; filename="psikotes_v2_USER 1.pdf""#),
            ("a\"b\\c.pdf", #"attachment; filename="a_b_c.pdf"; filename*=UTF-8''a%22b_c.pdf"#),
            ("é.pdf", #"attachment; filename="_.pdf"; filename*=UTF-8''%C3%A9.pdf"#),
            ("../../x.pdf", #"attachment; filename=".._.._x.pdf"; filename*=UTF-8''.._.._x.pdf"#),
            ("a\r\nSet-Cookie: b", #"attachment; filename="a__Set-Cookie_ b"; filename*=UTF-8''a__Set-Cookie%3A%20b"#),
            ("fdp\u{202E}.exe", #"attachment; filename="fdp_.exe"; filename*=UTF-8''fdp_.exe"#),
            ("", #"attachment; filename="document.pdf""#),
        ]
    )
    func disposition(filename: String, header: String) {
        #expect(ContentDisposition.attachment(filename) == header)
    }
}
