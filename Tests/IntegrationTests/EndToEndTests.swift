import Foundation
import FoundationNetworking
import Glibc
import ProgramTestSupport
import ReceiverTestSupport
import Signing
import Testing

/// The built program, from `redis-cli` to the receiver's log.
@Suite(.serialized, .timeLimit(.minutes(3)))
struct EndToEndTests {
    @Test("Every event arrives, verified, although the program is killed with -9 in the middle")
    func deliversAcrossKill() async throws {
        let receiver = try ScriptedReceiver()
        let installation = try Installation(routes: Installation.route(to: receiver.url("/done")))
        let first = try await installation.up()
        for index in 0..<20 {
            try await installation.xadd("type", "job.completed", "id", "before-\(index)", "data", #"{"n":\#(index)}"#)
        }
        _ = try await receiver.waitForRequests(5)
        first.signal(SIGKILL)
        #expect(await first.waitUntilExit() == 128 + SIGKILL)

        let second = try await installation.up()
        for index in 0..<20 {
            try await installation.xadd("type", "job.completed", "id", "after-\(index)", "data", #"{"n":\#(index)}"#)
        }
        let expected = Set((0..<20).flatMap { ["before-\($0)", "after-\($0)"] })
        var seen = Set<String>()
        var count = expected.count
        while seen != expected {
            let requests = try await receiver.waitForRequests(count)
            seen = Set(requests.compactMap { $0.header("webhook-id") })
            // Not of those that are there by now: what is missing may have come since.
            count = requests.count + 1
        }
        try PublicVerifier.verify(receiver.requests)
        second.signal(SIGTERM)
        #expect(await second.waitUntilExit() == 0)
    }

    @Test(
        "The private Redis ends with its parent, even when that is killed, and its events are there at the next start"
    )
    func ownsRedis() async throws {
        let receiver = try ScriptedReceiver()
        let installation = try Installation(routes: Installation.route(to: receiver.url()))
        let first = try await installation.up()
        let redis = try #require(try Self.redisPID(installation.socket))
        // Stopped, the relay reads nothing: what is published now stays in Redis.
        first.signal(SIGSTOP)
        try await installation.xadd("type", "job.completed", "id", "kept", "data", "{}")
        first.signal(SIGKILL)
        await first.waitUntilExit()

        let second = try await installation.up()
        // The new server waits for the old one's lock, so the old one is gone by now.
        // What is left of it at most is a process that nobody has waited for, which runs no program.
        #expect(throws: (any Error).self) {
            try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(redis)/exe")
        }
        let ids = try await receiver.waitForRequests(1).map { $0.header("webhook-id") }
        #expect(ids == ["kept"])
        second.signal(SIGINT)
        #expect(await second.waitUntilExit() == 0)
    }

    @Test("The private Redis may be killed: it is started again, and what is published arrives")
    func restartsRedis() async throws {
        let receiver = try ScriptedReceiver()
        let installation = try Installation(routes: Installation.route(to: receiver.url()))
        let program = try await installation.up()
        try await installation.xadd("type", "job.completed", "id", "before", "data", "{}")
        _ = try await receiver.waitForRequests(1)
        kill(try #require(try Self.redisPID(installation.socket)), SIGKILL)
        try await program.waitFor("The private Redis ended, starting it again")
        try await program.waitFor("Reading the stream")
        try await installation.xadd("type", "job.completed", "id", "after", "data", "{}")
        let ids = try await receiver.waitForRequests(2).map { $0.header("webhook-id") }
        #expect(ids == ["before", "after"])
        program.signal(SIGTERM)
        #expect(await program.waitUntilExit() == 0)
    }

    private static func redisPID(_ socket: String) throws -> pid_t? {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["redis-cli", "-s", socket, "INFO", "server"]
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        let text = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return text.split(whereSeparator: \.isNewline).first { $0.hasPrefix("process_id:") }.flatMap {
            pid_t($0.dropFirst(11))
        }
    }

    @Test("A second relay on the same ledger is refused with one clear line")
    func refusesSecondRelay() async throws {
        let installation = try Installation(routes: Installation.route(to: "http://127.0.0.1:9/"))
        let first = try await installation.up()
        let second = try await Program.run(installation.upArguments + ["--log-level", "error"])
        #expect(second.code == 75)
        #expect(second.output.contains("is in use by another relay (pid \(first.pid))"))
        first.signal(SIGTERM)
        #expect(await first.waitUntilExit() == 0)
    }

    @Test("SIGHUP puts new routes in force; a bad file is refused and the old routes stay")
    func reloads() async throws {
        let old = try ScriptedReceiver()
        let new = try ScriptedReceiver()
        let installation = try Installation(routes: Installation.route(to: old.url()))
        let program = try await installation.up()
        try await installation.xadd("type", "job.completed", "data", "{}")
        _ = try await old.waitForRequests(1)

        try installation.configure(routes: "  - name: default\n    sucess: {}")
        program.signal(SIGHUP)
        try await program.waitFor("Reload refused")
        try await installation.xadd("type", "job.completed", "data", "{}")
        _ = try await old.waitForRequests(2)

        try installation.configure(routes: Installation.route(to: new.url()))
        program.signal(SIGHUP)
        try await program.waitFor("Reloaded the routes")
        try await installation.xadd("type", "job.completed", "data", "{}")
        _ = try await new.waitForRequests(1)
        #expect(old.requests.count == 2)
        program.signal(SIGTERM)
        #expect(await program.waitUntilExit() == 0)
    }

    @Test("A second signal ends it at once, and the next run makes the attempt again under the same id")
    func stopsAtOnce() async throws {
        let gate = Gate()
        let receiver = try ScriptedReceiver {
            $0.header("x-postback-attempt") == "1" && $0.connection == 0 ? .status(200).after(gate) : .status(200)
        }
        let installation = try Installation(routes: Installation.route(to: receiver.url()))
        let first = try await installation.up()
        try await installation.xadd("type", "job.completed", "id", "twice", "data", "{}")
        _ = try await receiver.waitForRequests(1)
        first.signal(SIGTERM)
        try await first.waitFor("in flight get their grace")
        first.signal(SIGTERM)
        #expect(await first.waitUntilExit() == 128 + SIGTERM)
        gate.open()

        let second = try await installation.up()
        let ids = try await receiver.waitForRequests(2).map { $0.header("webhook-id") }
        #expect(ids == ["twice", "twice"])
        second.signal(SIGTERM)
        #expect(await second.waitUntilExit() == 0)
    }

    @Test("Ops list, show, replay and cancel through the API")
    func operates() async throws {
        let receiver = try ScriptedReceiver {
            $0.header("x-postback-attempt") == "1" ? .status(400, body: "bad") : .status(200)
        }
        let installation = try Installation(routes: Installation.route(to: receiver.url()))
        let program = try await installation.up(environment: ["POSTBACK_EVENTS_BACTH": "hunter2"])
        #expect(program.output.contains("POSTBACK_EVENTS_BACTH: is no setting"))
        #expect(!program.output.contains("hunter2"))
        let published = try await installation.run(
            "publish",
            "--type",
            "job.completed",
            "--id",
            "ops",
            "--data",
            "{}",
            "--data-dir",
            installation.data
        )
        #expect(published.code == 0)
        #expect(published.output == "ops\n")
        try await program.waitFor("outcome=rejected")
        let id = try #require(try await Self.onlyDelivery(installation))
        let shown = try await installation.run("deliveries", "show", id)
        #expect(shown.output.contains("dead"))
        #expect(shown.output.contains("answered: bad"))
        let dry = try await installation.run("deliveries", "replay", "--status", "dead", "--dry-run")
        #expect(dry.output.contains("1 deliveries would be replayed"))
        #expect(try await installation.run("deliveries", "replay", id).code == 0)
        try await program.waitFor("outcome=delivered")
        // The line comes before its commit.
        #expect(try await Self.onlyDelivery(installation, being: "delivered") == id)
        let late = try await installation.run("deliveries", "cancel", id)
        #expect(late.code == 1)
        let tested = try await installation.run("routes", "test", "default")
        #expect(tested.code == 1)
        #expect(tested.output.contains("rejected  400"))
        #expect(try await Self.onlyDelivery(installation) != nil)
        let without = try await installation.run("deliveries", "replay", "--status", "dead", "--dry-run")
        #expect(without.output.contains("0 deliveries would be replayed"))
        let with = try await installation.run("deliveries", "replay", "--type", "postback.test", "--dry-run")
        #expect(with.output.contains("1 deliveries would be replayed"))
        program.signal(SIGTERM)
        #expect(await program.waitUntilExit() == 0)
    }

    @Test(
        "A destination of a URL that came with an event can be paused after it has nothing to do, and keeps its events then"
    )
    func pausesIdleCallback() async throws {
        let receiver = try ScriptedReceiver()
        let installation = try Installation(routes: Installation.route(to: receiver.url("/route")))
        let program = try await installation.up()
        let url = receiver.url("/callback")
        try await installation.xadd("type", "job.completed", "data", "{}", "id", "first", "callback_url", url)
        _ = try await receiver.waitForRequests(1)
        let name = try #require(try await Self.callbackDestination(installation))
        let paused = try await Self.post("/api/destinations/\(name)/pause", installation)
        #expect(paused.status == 200)
        #expect(paused.body.contains(#""health":"paused""#))
        try await installation.xadd("type", "job.completed", "data", "{}", "id", "second", "callback_url", url)
        try await installation.xadd("type", "job.completed", "data", "{}", "id", "other")
        _ = try await receiver.waitForRequests(2)
        #expect(try await Self.post("/api/destinations/\(name)/resume", installation).status == 200)
        let requests = try await receiver.waitForRequests(3)
        #expect(requests.map(\.path) == ["/callback", "/route", "/callback"])
        #expect(try await Self.post("/api/destinations/callback-nobody/pause", installation).status == 404)
        program.signal(SIGTERM)
        #expect(await program.waitUntilExit() == 0)
    }

    /// The one of a URL that came with an event, once its delivery is in the ledger as delivered: then nothing is left to do for it.
    private static func callbackDestination(_ installation: Installation) async throws -> String? {
        for _ in 0..<100 {
            let listed = try await installation.run("deliveries", "list", "--status", "delivered", "--json")
            for line in listed.output.split(separator: "\n") {
                let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
                if let name = object?["destination"] as? String, name.hasPrefix("callback-") { return name }
            }
        }
        return nil
    }

    private static func post(_ path: String, _ installation: Installation) async throws -> (status: Int, body: String) {
        func file(_ name: String) throws -> String {
            try String(contentsOfFile: installation.data + "/" + name, encoding: .utf8)
                .trimmingCharacters(in: .whitespacesAndNewlines)
        }
        var request = URLRequest(url: try #require(URL(string: try file("url") + path)))
        request.httpMethod = "POST"
        request.setValue(try file("api-key"), forHTTPHeaderField: "X-API-Key")
        let (body, answer) = try await URLSession.shared.data(for: request)
        return ((answer as? HTTPURLResponse)?.statusCode ?? 0, String(decoding: body, as: UTF8.self))
    }

    /// Retried, because a line in the log comes before its commit.
    private static func onlyDelivery(_ installation: Installation, being status: String = "dead") async throws
        -> String?
    {
        for _ in 0..<50 {
            let listed = try await installation.run("deliveries", "list", "--status", status, "--json")
            let items = listed.output.split(separator: "\n")
            guard let line = items.first else { continue }
            let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
            return object?["id"] as? String
        }
        return nil
    }

    @Test("Bad usage ends with 2, a bad configuration with 78 and a line for each mistake")
    func refusesBadInput() async throws {
        #expect(try await Program.run(["deliveries", "replay"]).code == 2)
        #expect(try await Program.run(["up", "--port", "many"]).code == 2)
        #expect(try await Program.run(["nonsense"]).code == 2)
        #expect(try await Program.run(["publish", "--type", "job.completed", "--data", "[]"]).code == 65)
        let installation = try Installation(
            routes: "  - name: a\n    success: { url: \"ftp://x\", secret: \"short\", timeout: 9 }"
        )
        let refused = try await Program.run(installation.upArguments)
        #expect(refused.code == 78)
        for path in ["routes[0].success.url", "routes[0].success.secret", "routes[0].success.timeout"] {
            #expect(refused.output.contains(path), "\(path) in \(refused.output)")
        }
    }

    @Test("verify says whether a kept delivery is genuine")
    func verifies() async throws {
        let directory = try TemporaryDirectory()
        let fields = Signer().sign(
            id: "evt",
            timestampSeconds: Int64(Date().timeIntervalSince1970),
            body: Array("{}".utf8),
            keys: SigningKeys(current: try Secret(Installation.secret)),
            jwt: true
        )
        let headers = fields.map { "\($0.name): \($0.value)" }.joined(separator: "\r\n")
        try headers.write(toFile: directory.path + "/headers", atomically: true, encoding: .utf8)
        try "{}".write(toFile: directory.path + "/body", atomically: true, encoding: .utf8)
        try "{} ".write(toFile: directory.path + "/other", atomically: true, encoding: .utf8)
        let options = ["verify", "--secret", Installation.secret, "--headers", directory.path + "/headers", "--body"]
        let good = try await Program.run(options + [directory.path + "/body"])
        #expect(good.code == 0)
        #expect(good.output.components(separatedBy: ": good").count == 4)
        #expect(try await Program.run(options + [directory.path + "/other"]).code == 1)
    }

    @Test("secret prints a secret that is accepted")
    func makesSecrets() async throws {
        let made = try await Program.run(["secret"])
        #expect(made.code == 0)
        _ = try Secret(made.output.trimmingCharacters(in: .newlines))
    }
}
