import Foundation
import FoundationNetworking
import Glibc
import ProgramTestSupport
import ReceiverTestSupport
import RedisTestSupport
import Testing

/// Jobs with the built program: from the submission to the receiver's log.
///
/// The tests that make a PDF are passed over where WeasyPrint is not installed (`deploy/setup` installs it).
@Suite(.serialized, .timeLimit(.minutes(4)))
struct JobTests {
    private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().path
    private static let hasRenderer = FileManager.default.isExecutableFile(
        atPath: root + "/.build/weasyprint/bin/python3"
    )
    private static let invoice = ["--product", "invoice", "--data", "@\(root)/templates/invoice/example.json"]

    @Test(
        "A submitted job becomes a PDF, and its link arrives signed; the link gives the document without a key",
        .enabled(if: hasRenderer)
    )
    func makesDocument() async throws {
        let receiver = try ScriptedReceiver()
        let installation = try Installation(routes: Installation.route(to: receiver.url("/done")))
        let program = try await installation.up()
        let file = installation.directory.path + "/invoice.pdf"
        let submitted = try await installation.submit(Self.invoice + ["--code", "INV-1", "--output", file])
        #expect(submitted.code == 0, "\(submitted.output)")
        #expect(submitted.output.contains("invoice_INV-1.pdf"))
        let request = try #require(try await receiver.waitForRequests(1, within: .seconds(30)).first)
        try PublicVerifier.verify([request])
        let body = try Self.object(request.body)
        #expect(body["status"] as? String == "completed")
        let result = try #require(body["result"] as? [String: Any])
        #expect(result["pdf_filename"] as? String == "invoice_INV-1.pdf")
        let link = try #require((result["download_url"] as? String).flatMap { URL(string: $0) })
        let (document, answer) = try await URLSession.shared.data(from: link)
        #expect((answer as? HTTPURLResponse)?.statusCode == 200)
        #expect(document.starts(with: Data("%PDF-".utf8)))
        #expect(document.count == result["pdf_file_size"] as? Int)
        #expect(try Data(contentsOf: URL(fileURLWithPath: file)) == document)
        let forged = try #require(
            URL(string: link.absoluteString.dropLast() + (link.absoluteString.hasSuffix("0") ? "1" : "0"))
        )
        let (_, refusal) = try await URLSession.shared.data(from: forged)
        #expect((refusal as? HTTPURLResponse).map { [401, 403].contains($0.statusCode) } == true)
        // What retention has removed is gone, and said to be.
        let id = try #require(body["job_id"] as? String)
        try FileManager.default.removeItem(atPath: "\(installation.data)/files/\(id.prefix(2))/\(id).pdf")
        let (reason, gone) = try await URLSession.shared.data(from: link)
        #expect((gone as? HTTPURLResponse)?.statusCode == 410)
        #expect(try Self.object(Array(reason))["detail"] as? String == "the document of job \(id) is no longer stored")
        program.signal(SIGTERM)
        #expect(await program.waitUntilExit() == 0)
    }

    @Test("Bad data fails at once, and the failure URL is told why", .enabled(if: hasRenderer))
    func failsOnBadData() async throws {
        let receiver = try ScriptedReceiver()
        let installation = try Installation(routes: Installation.route(to: receiver.url("/route")))
        let program = try await installation.up()
        let submitted = try await installation.submit([
            "--product", "invoice", "--code", "INV-2", "--data", #"{"number":2}"#, "--wait",
            "--callback-url", receiver.url("/done"), "--failure-url", receiver.url("/failed"),
        ])
        #expect(submitted.code == 1)
        #expect(submitted.output.contains("failed: "))
        let request = try #require(try await receiver.waitForRequests(1, within: .seconds(30)).first)
        #expect(request.path == "/failed")
        let body = try Self.object(request.body)
        #expect(body["type"] as? String == "job.failed")
        #expect((body["error"] as? String)?.contains("\n") == false)
        #expect(body["retry_count"] as? Int == 0)
        program.signal(SIGTERM)
        #expect(await program.waitUntilExit() == 0)
    }

    @Test("A waiting job is cancelled, once; its callback says so, and ops see it")
    func cancels() async throws {
        let receiver = try ScriptedReceiver()
        let installation = try Installation(routes: Installation.route(to: receiver.url("/done")))
        let program = try await installation.up()
        #expect(try await installation.run("queues", "pause", "pdf").code == 0)
        let id = try await installation.submitted(Self.invoice + ["--code", "INV-3"])
        #expect(try await installation.run("jobs", "cancel", id).code == 0)
        let again = try await installation.run("jobs", "cancel", id)
        #expect(again.code == 1)
        #expect(again.output.contains("cancelled"))
        let body = try Self.object(try #require(try await receiver.waitForRequests(1).first).body)
        #expect(body["type"] as? String == "job.cancelled")
        #expect(body["job_id"] as? String == id)
        let shown = try await installation.run("jobs", "show", id)
        #expect(shown.output.contains("cancelled"))
        #expect(try await installation.run("jobs", "list", "--status", "cancelled").output.contains(id))
        #expect(try await installation.run("queues").output.contains("paused"))
        program.signal(SIGTERM)
        #expect(await program.waitUntilExit() == 0)
    }

    @Test("Jobs are cancelled by filter, after a look at what that would be")
    func cancelsByFilter() async throws {
        let installation = try Installation(
            routes: Installation.route(to: "http://127.0.0.1:9/"),
            more: "jobs: { queues: { slow: 1 } }"
        )
        let program = try await installation.up()
        #expect(try await installation.run("queues", "pause", "pdf").code == 0)
        var ids: [String] = []
        for (code, queue) in [("A", "pdf"), ("B", "pdf"), ("C", "slow")] {
            ids.append(try await installation.submitted(Self.invoice + ["--code", code, "--queue", queue]))
        }
        func waiting() async throws -> Set<String> {
            let lines = try await installation.run("jobs", "list", "--status", "queued", "--json").output
            return Set(ids.filter { lines.contains($0) })
        }

        for wrong in [[], [ids[0], "--queue", "pdf"]] {
            let refused = try await installation.run(["jobs", "cancel"] + wrong)
            #expect(refused.code == 2)
            #expect(refused.output.contains(wrong.isEmpty ? "give ids or a filter" : "not both"))
        }
        let ended = try await installation.run("jobs", "cancel", "--status", "completed")
        #expect(ended.code == 65)
        #expect(ended.output.contains("completed jobs have ended"))

        let dry = try await installation.run("jobs", "cancel", "--queue", "pdf", "--since", "1h", "--dry-run")
        #expect(dry.code == 0)
        #expect(dry.output.contains("2 jobs would be cancelled"))
        let named = try await installation.run("jobs", "cancel", ids[2], "--dry-run")
        #expect(named.output.contains("would cancel \(ids[2])"))
        #expect(named.output.contains("1 jobs would be cancelled"))
        let old = try await installation.run("jobs", "cancel", "--product", "invoice", "--until", "1h")
        #expect(old.output.contains("0 jobs cancelled"))
        #expect(try await waiting() == Set(ids))

        let done = try await installation.run("jobs", "cancel", "--queue", "pdf", "--product", "invoice")
        #expect(done.code == 0)
        #expect(done.output.contains("2 jobs cancelled"))
        #expect(try await waiting() == [ids[2]])
        let rest = try await installation.run("jobs", "cancel", "--status", "queued", "--json")
        #expect(rest.output.contains(#"{"cancelled":1,"dry_run":false,"has_more":false,"requested":0}"#))
        #expect(try await waiting().isEmpty)
        program.signal(SIGTERM)
        #expect(await program.waitUntilExit() == 0)
    }

    @Test("Jobs are taken while Redis is away, and are in the queue when it is back")
    func survivesRedisOutage() async throws {
        let redis = try await RedisTestServer.start(.unix)
        let installation = try Installation(routes: Installation.route(to: "http://127.0.0.1:9/"))
        let program = try await installation.up(environment: ["REDIS_URL": redis.url])
        #expect(try await installation.run("queues", "pause", "pdf").code == 0)
        let first = try await installation.submitted(Self.invoice + ["--code", "A", "--idempotency-key", "a"])
        await redis.kill9()
        try await program.waitFor("Lost the connection to Redis")
        // The same request again is the same job, although nobody can be asked.
        let repeated = try await installation.submitted(Self.invoice + ["--code", "A", "--idempotency-key", "a"])
        #expect(repeated == first)
        let second = try await installation.submitted(Self.invoice + ["--code", "B"])
        #expect(try await installation.run("jobs", "show", second).output.contains("queued"))
        try await redis.restart()
        try await program.waitFor("Queued jobs that waited for Redis")
        let listed = try await installation.run("jobs", "list", "--status", "queued", "--json")
        #expect(listed.output.split(separator: "\n").count == 2)
        program.signal(SIGTERM)
        #expect(await program.waitUntilExit() == 0)
    }

    @Test("What became of a job is answered after Redis has lost everything")
    func outlivesFlush() async throws {
        let receiver = try ScriptedReceiver()
        let installation = try Installation(routes: Installation.route(to: receiver.url()))
        let program = try await installation.up()
        #expect(try await installation.run("queues", "pause", "pdf").code == 0)
        let id = try await installation.submitted(Self.invoice + ["--code", "F"])
        #expect(try await installation.run("jobs", "cancel", id).code == 0)
        _ = try await receiver.waitForRequests(1)
        // Its record has left Redis when the stream of ended jobs is empty.
        try await installation.untilRedis("XLEN", "postback:jobs:ended", answers: "0")
        try await installation.untilRedis("FLUSHALL", answers: "OK")
        let shown = try await installation.run("jobs", "show", id)
        #expect(shown.code == 0)
        #expect(shown.output.contains("cancelled"))
        #expect(try await installation.run("jobs", "list").output.contains(id))
        program.signal(SIGTERM)
        #expect(await program.waitUntilExit() == 0)
    }

    @Test("A tenant sees its own jobs alone")
    func isolatesTenants() async throws {
        let installation = try Installation(
            routes: Installation.route(to: "http://127.0.0.1:9/"),
            more: """
                api:
                  keys:
                    - { name: acme, key: "key-of-acme-0123456789", role: submit, tenant: acme }
                    - { name: other, key: "key-of-other-0123456789", role: submit, tenant: other }
                    - { name: ops, key: "key-of-ops-0123456789", role: ops }
                """
        )
        let program = try await installation.up()
        let ops = ["--api-key", "key-of-ops-0123456789"]
        #expect(try await installation.run(["queues", "pause", "pdf"] + ops).code == 0)
        let id = try await installation.submitted(
            Self.invoice + ["--code", "T", "--idempotency-key", "same", "--api-key", "key-of-acme-0123456789"]
        )
        let hidden = try await installation.run(["jobs", "show", id, "--api-key", "key-of-other-0123456789"])
        #expect(hidden.code == 1)
        #expect(try await installation.run(["jobs", "cancel", id, "--api-key", "key-of-other-0123456789"]).code == 1)
        #expect(try await installation.run(["jobs", "show", id, "--api-key", "key-of-acme-0123456789"]).code == 0)
        let others = try await installation.submitted(
            Self.invoice + ["--code", "T", "--idempotency-key", "same", "--api-key", "key-of-other-0123456789"]
        )
        #expect(others != id)
        #expect(try await installation.run(["jobs", "show", id] + ops).code == 0)
        program.signal(SIGTERM)
        #expect(await program.waitUntilExit() == 0)
    }

    @Test(
        "A worker of its own runs what waits, ends when nothing is left, and its links are good at the relay",
        .enabled(if: hasRenderer)
    )
    func runsWorker() async throws {
        let redis = try await RedisTestServer.start(.unix)
        let receiver = try ScriptedReceiver()
        let installation = try Installation(
            routes: Installation.route(to: receiver.url("/done")),
            more: """
                api:
                  link_secret: "a-secret-of-thirty-two-characters"
                  keys: [{ name: ops, key: "key-of-ops-0123456789", role: ops }]
                """
        )
        let served = ["REDIS_URL": redis.url]
        let relay = try Program(["relay"] + installation.upArguments.dropFirst(), environment: served)
        try await relay.waitFor("is up at")
        for code in ["W1", "W2"] {
            _ = try await installation.submitted(
                Self.invoice + ["--code", code, "--api-key", "key-of-ops-0123456789"]
            )
        }
        // The options of `up` but the port: a worker does not listen.
        let worker = try Program(
            ["worker"] + installation.upArguments.dropFirst().dropLast(2) + ["--burst", "--name", "second"],
            environment: served
        )
        #expect(await worker.waitUntilExit() == 0, "\(worker.output)")
        for request in try await receiver.waitForRequests(2, within: .seconds(30)) {
            let result = try #require(try Self.object(request.body)["result"] as? [String: Any])
            let link = try #require((result["download_url"] as? String).flatMap { URL(string: $0) })
            let (document, answer) = try await URLSession.shared.data(from: link)
            #expect((answer as? HTTPURLResponse)?.statusCode == 200)
            #expect(document.count == result["pdf_file_size"] as? Int)
        }
        relay.signal(SIGTERM)
        #expect(await relay.waitUntilExit() == 0)
    }

    private static func object(_ body: [UInt8]) throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data(body)) as? [String: Any])
    }
}

@Suite(.timeLimit(.minutes(1)))
struct DataDirectoryTests {
    @Test("`up` runs in a directory of any name, and other commands find it there")
    func anyName() async throws {
        let parent = try TemporaryDirectory()
        let data = parent.path + "/sp ace é%41 \"q\""
        let program = try Program(["up", "--data-dir", data, "--port", "0"])
        try await program.waitFor("is up at")
        let listed = try await Program.run(["queues", "--data", data], environment: [:])
        #expect(listed.code == 0, "\(listed.output)")
        program.signal(SIGTERM)
        #expect(await program.waitUntilExit() == 0)
    }
}

extension Installation {
    fileprivate func submit(_ arguments: [String]) async throws -> (code: Int32, output: String) {
        try await run(["submit"] + arguments)
    }

    /// Submits, and expects it to be taken. - Returns: the job's id.
    func submitted(_ arguments: [String]) async throws -> String {
        let (code, output) = try await submit(arguments)
        #expect(code == 0, "\(output)")
        return output.trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// Asks the private Redis until it answers so: for what happens after the last thing that can be observed.
    fileprivate func untilRedis(_ command: String..., answers expected: String) async throws {
        let deadline = ContinuousClock.now + .seconds(10)
        while true {
            let process = Process()
            process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
            process.arguments = ["redis-cli", "-s", socket] + command
            let pipe = Pipe()
            process.standardOutput = pipe
            try process.run()
            let answer = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
            process.waitUntilExit()
            if answer.trimmingCharacters(in: .whitespacesAndNewlines) == expected { return }
            guard ContinuousClock.now < deadline else { throw ProgramError(description: "\(command): \(answer)") }
        }
    }
}
