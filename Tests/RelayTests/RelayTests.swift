import Deliveries
import Ledger
import ReceiverTestSupport
import RedisTestSupport
import Relay
import Signing
import Synchronization
import Telemetry
import Testing

/// From the stream to the receiver, with a real Redis, a real ledger and real sockets.
@Suite(.timeLimit(.minutes(2)))
struct RelayTests {
    private let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
    }

    private static let quick = DestinationPolicy(retries: RetrySchedule(delays: [50, 50, 50]))

    @Test("An event becomes one signed delivery, and its entry leaves the stream")
    func deliversOnce() async throws {
        let redis = try await RedisTestServer.start(.unix)
        let receiver = try ScriptedReceiver()
        let snapshot = try TestRelay.snapshot([try TestRelay.route(success: receiver.url("/done"))])
        try await TestRelay.run(snapshot, redis: redis, directory: directory) { relay in
            try await relay.publish(
                "type",
                "job.completed",
                "id",
                "one",
                "job_id",
                "j1",
                "data",
                #"{"result":{"n":1.50}}"#,
                "timestamp",
                "2024-01-15T10:05:00Z"
            )
            let request = try #require(try await receiver.waitForRequests(1).first)
            try await relay.store.recorded.wait(for: 1)
            #expect(request.target == "/done")
            #expect(
                String(decoding: request.body, as: UTF8.self)
                    == #"{"event_id":"one","type":"job.completed","timestamp":"2024-01-15T10:05:00Z","job_id":"j1","status":"completed","result":{"n":1.50}}"#
            )
            #expect(request.header("webhook-id") == "one")
            #expect(request.header("x-postback-attempt") == "1")
            #expect(request.header("x-postback-event") == "job.completed")
            let verifier = SignatureVerifier(secrets: [try Secret(TestRelay.secretText)])
            try verifier.verify(headers: request.headers, body: request.body, now: RelayClock.system.now().seconds)
            try verifier.verifyHex(headers: request.headers, body: request.body)
            let delivery = try await relay.delivery(ofEvent: "one")
            #expect(delivery.summary.status == .delivered)
            #expect(delivery.attempts.map(\.outcome) == [.delivered])
            #expect(request.header("x-postback-delivery") == delivery.summary.id.description)
        }
        #expect(try await redis.cli("XLEN", "postback:events") == "0")
        #expect(try await redis.cli("XPENDING", "postback:events", "relay").hasPrefix("0"))
    }

    @Test("Failures go to the failure URL")
    func routesFailures() async throws {
        let redis = try await RedisTestServer.start(.unix)
        let receiver = try ScriptedReceiver()
        let route = try TestRelay.route(success: receiver.url("/ok"), failure: receiver.url("/failed"))
        try await TestRelay.run(try TestRelay.snapshot([route]), redis: redis, directory: directory) { relay in
            try await relay.publish("type", "job.failed", "data", #"{"error":"no"}"#)
            try await relay.publish("type", "job.completed", "data", "{}")
            let targets = try await receiver.waitForRequests(2).map(\.target)
            #expect(targets.sorted() == ["/failed", "/ok"])
        }
    }

    @Test("A retry carries the same id and the same bytes, and the next number")
    func retries() async throws {
        let redis = try await RedisTestServer.start(.unix)
        let receiver = try ScriptedReceiver {
            $0.header("x-postback-attempt") == "1" ? .status(500, body: "no") : .status(200)
        }
        let route = try TestRelay.route(success: receiver.url(), policy: Self.quick)
        try await TestRelay.run(try TestRelay.snapshot([route]), redis: redis, directory: directory) { relay in
            try await relay.publish("type", "job.completed", "id", "again", "data", #"{"a":1}"#)
            let requests = try await receiver.waitForRequests(2)
            try await relay.store.recorded.wait(for: 2)
            #expect(requests.map { $0.header("webhook-id") } == ["again", "again"])
            #expect(requests[0].body == requests[1].body)
            #expect(requests.map { $0.header("x-postback-attempt") } == ["1", "2"])
            let delivery = try await relay.delivery(ofEvent: "again")
            #expect(delivery.summary.status == .delivered)
            #expect(delivery.attempts.map(\.outcome) == [.retry, .delivered])
            #expect(delivery.attempts.first?.answer.body == Array("no".utf8))
        }
    }

    @Test("When the schedule is used up the delivery is dead, and a replay makes it again")
    func diesAndIsReplayed() async throws {
        let redis = try await RedisTestServer.start(.unix)
        let receiver = try ScriptedReceiver { $0.header("x-postback-attempt") == "3" ? .status(200) : .status(503) }
        let policy = DestinationPolicy(retries: RetrySchedule(delays: [20]))
        let route = try TestRelay.route(success: receiver.url(), policy: policy)
        try await TestRelay.run(try TestRelay.snapshot([route]), redis: redis, directory: directory) { relay in
            try await relay.publish("type", "job.completed", "id", "mortal", "data", "{}")
            try await relay.store.recorded.wait(for: 2)
            let dead = try await relay.delivery(ofEvent: "mortal")
            #expect(dead.summary.status == .dead)
            let answer = try await relay.control.replay(dead.summary.id, force: false, by: "ann")
            guard case .replayed = answer else {
                Issue.record("not replayed: \(answer)")
                return
            }
            try await relay.store.recorded.wait(for: 3)
            let delivered = try await relay.delivery(ofEvent: "mortal")
            #expect(delivered.summary.status == .delivered)
            #expect(delivered.attempts.map(\.number) == [1, 2, 3])
            #expect(delivered.attempts.last?.trigger == .replay)
            #expect(delivered.attempts.last?.requestedBy == "ann")
            let repeated = try await relay.control.replay(dead.summary.id, force: false, by: "ann")
            #expect(repeated == .alreadyDelivered)
        }
        #expect(Set(receiver.requests.compactMap { $0.header("webhook-id") }) == ["mortal"])
    }

    @Test("What cannot be used is quarantined with its fields and reason, and blocks nothing")
    func quarantines() async throws {
        let redis = try await RedisTestServer.start(.unix)
        let receiver = try ScriptedReceiver()
        let snapshot = try TestRelay.snapshot([try TestRelay.route(success: receiver.url())])
        try await TestRelay.run(snapshot, redis: redis, directory: directory) { relay in
            try await relay.publish("type", "job.completed", "data", "[1]", "id", "bad")
            try await relay.publish("data", "{}")
            try await relay.publish("type", "job.completed", "data", "{}", "callback_url", "ftp://x/")
            try await relay.publish("type", "job.completed", "data", "{}", "route", "nowhere")
            try await relay.publish("type", "job.completed", "id", "good", "data", "{}")
            _ = try await receiver.waitForRequests(1)
            try await relay.store.recorded.wait(for: 1)
            // Four that are quarantined and one that is delivered.
            try await relay.store.admitted.wait(for: 5)
            let entries = try await relay.ledger.quarantine(QuarantineQuery()).items.reversed()
            #expect(entries.map(\.field) == ["data", "type", "callback_url", "route"])
            #expect(entries.first?.source.fields.last == EventField("id", "bad"))
        }
        #expect(try await redis.cli("XLEN", "postback:events") == "0")
    }

    @Test("What no route takes is acknowledged and counted when its publisher said so, and quarantined otherwise")
    func ignores() async throws {
        let redis = try await RedisTestServer.start(.unix)
        let receiver = try ScriptedReceiver()
        let route = try TestRelay.route("acme", success: receiver.url(), match: RouteMatch(tenant: "acme"))
        try await TestRelay.run(try TestRelay.snapshot([route]), redis: redis, directory: directory) { relay in
            let event = ["type", "job.completed", "data", "{}"]
            for (id, rest) in [
                ("ignored", ["unrouted", "ignore"]), ("lost", []), ("refused", ["unrouted", "ignore", "route", "x"]),
                ("routed", ["unrouted", "ignore", "tenant", "acme"]),
                ("called", ["unrouted", "ignore", "callback_url", receiver.url("/own")]),
            ] {
                _ = try await TestRelay.publish(event + ["id", id] + rest, to: redis)
            }
            let requests = try await receiver.waitForRequests(2)
            #expect(Set(requests.compactMap { $0.header("webhook-id") }) == ["routed", "called"])
            // Two that are quarantined and two that are delivered.
            try await relay.store.admitted.wait(for: 4)
            let entries = try await relay.ledger.quarantine(QuarantineQuery()).items.reversed()
            #expect(entries.map(\.field) == ["destination", "route"])
            try await relay.store.recorded.wait(for: 2)
            #expect(relay.registry.render().contains("postback_events_ignored_total 1\n"))
        }
        #expect(try await redis.cli("XLEN", "postback:events") == "0")
    }

    @Test(
        "Pages that are larger than a reply may be are read in parts, and an entry that is too large alone is put aside"
    )
    func readsOversizedPages() async throws {
        let redis = try await RedisTestServer.start(.unix)
        let receiver = try ScriptedReceiver()
        let filler = String(repeating: "x", count: 20_000)
        for index in 0..<30 {
            let data = #"{"filler":"\#(filler)"}"#
            _ = try await TestRelay.publish(["type", "job.completed", "id", "big-\(index)", "data", data], to: redis)
        }
        let huge = String(repeating: filler, count: 10)
        _ = try await TestRelay.publish(["type", "job.completed", "id", "huge", "data", huge], to: redis)
        _ = try await TestRelay.publish(["type", "job.completed", "id", "behind", "data", "{}"], to: redis)
        let snapshot = try TestRelay.snapshot([try TestRelay.route(success: receiver.url())])
        try await TestRelay.run(snapshot, redis: redis, directory: directory, maximumReplyBytes: 100_000) { relay in
            let requests = try await receiver.waitForRequests(31)
            #expect(Set(requests.compactMap { $0.header("webhook-id") }).count == 31)
            #expect(requests.contains { $0.header("webhook-id") == "behind" })
            let entries = try await relay.ledger.quarantine(QuarantineQuery()).items
            #expect(entries.map(\.field) == ["entry"])
        }
        #expect(try await redis.cli("XLEN", "postback:events") == "0")
    }

    @Test("A mended entry is redriven")
    func redrives() async throws {
        let redis = try await RedisTestServer.start(.unix)
        let receiver = try ScriptedReceiver()
        let late = try TestRelay.route("late", success: receiver.url("/late"))
        try await TestRelay.run(try TestRelay.snapshot([]), redis: redis, directory: directory) { relay in
            try await relay.publish("type", "job.completed", "id", "lost", "data", "{}", "route", "late")
            try await relay.store.admitted.wait(for: 1)
            let entry = try #require(try await relay.ledger.quarantine(QuarantineQuery()).items.first)
            let before = try await relay.control.redrive(entry.id)
            #expect(before == .quarantined)
            relay.control.reload(try TestRelay.snapshot([late]))
            let after = try await relay.control.redrive(entry.id)
            #expect(after == .admitted)
            #expect(try await receiver.waitForRequests(1).first?.header("webhook-id") == "lost")
            #expect(try await relay.ledger.quarantine(QuarantineQuery()).items.isEmpty)
        }
    }

    @Test("An entry that is redriven while the same event comes in again is not sent twice")
    func redrivesBesideIntake() async throws {
        let redis = try await RedisTestServer.start(.unix)
        let receiver = try ScriptedReceiver()
        let late = try TestRelay.route("late", success: receiver.url("/late"))
        let event = ["type", "job.completed", "id", "lost", "data", "{}", "route", "late"]
        try await TestRelay.run(try TestRelay.snapshot([]), redis: redis, directory: directory) { relay in
            _ = try await TestRelay.publish(event, to: redis)
            try await relay.store.admitted.wait(for: 1)
            let entry = try #require(try await relay.ledger.quarantine(QuarantineQuery()).items.first)
            relay.control.reload(try TestRelay.snapshot([late]))
            let refusal = Mutex<LedgerError?>(nil)
            relay.store.afterNextLookUp {
                do throws(LedgerError) {
                    _ = try await relay.control.redrive(entry.id)
                } catch {
                    refusal.withLock { $0 = error }
                }
            }
            _ = try await TestRelay.publish(event, to: redis)
            try await relay.publish("type", "job.completed", "id", "last", "data", "{}", "route", "late")
            _ = try await receiver.waitForRequests(2)
            try await relay.store.recorded.wait(for: 2)
            #expect(receiver.requests.compactMap { $0.header("webhook-id") }.sorted() == ["last", "lost"])
            #expect(refusal.withLock { $0?.code } == .busy)
            #expect(try await relay.control.redrive(entry.id) == .duplicate)
        }
    }

    @Test("A delivery whose URL can no longer be called does not wait without a word")
    func unusableURL() async throws {
        let redis = try await RedisTestServer.start(.unix)
        let receiver = try ScriptedReceiver()
        let snapshot = try TestRelay.snapshot([try TestRelay.route(success: receiver.url())])
        let ledger = try await SQLiteLedger.open(directory: directory.path)
        let usual = try snapshot.table.callbackDestination("https://n8n.example/webhook/x", field: .callbackURL)
        var delivery = NewDelivery.sample(7, to: usual, at: RelayClock.system.now())
        // As a version would have taken it that knew less.
        delivery.url = "https://n8n.example:0/webhook/x"
        #expect(try await ledger.admit([.delivery(delivery)]) == [.admitted])
        try await ledger.close()
        let event = delivery.eventID
        try await TestRelay.run(snapshot, redis: redis, directory: directory) { relay in
            try await relay.store.recorded.wait(for: 1)
            let detail = try await relay.delivery(ofEvent: event)
            #expect(detail.summary.status == .dead)
            let attempt = try #require(detail.attempts.first)
            #expect(attempt.outcome == .blocked)
            #expect(attempt.answer.errorText?.hasPrefix("the URL cannot be called: ") == true)
        }
    }

    @Test("A row that cannot be used holds up no other delivery, and its line says which it is")
    func damagedRow() async throws {
        let redis = try await RedisTestServer.start(.unix)
        let receiver = try ScriptedReceiver()
        let route = try TestRelay.route(success: receiver.url())
        let ledger = try await SQLiteLedger.open(directory: directory.path)
        let now = RelayClock.system.now()
        let deliveries = (1...5).map { NewDelivery.sample(Int64($0), to: route.success, at: now) }
        _ = try await ledger.admit(deliveries.map { .delivery($0) })
        try await ledger.close()
        let lines = LogLines()
        try await TestRelay.run(
            try TestRelay.snapshot([route]),
            redis: redis,
            directory: directory,
            logger: lines.logger,
            beforeStart: { $0.damage([DeliveryID(rawValue: 2)]) }
        ) { relay in
            let requests = try await receiver.waitForRequests(4)
            #expect(Set(requests.compactMap { $0.header("webhook-id") }) == ["evt_1", "evt_3", "evt_4", "evt_5"])
            try await relay.store.recorded.wait(for: 4)
            #expect(try await relay.delivery(ofEvent: "evt_2").summary.status == .pending)
        }
        let told = lines.beginning(with: "A delivery cannot be read")
        #expect(told.count == 1)
        #expect(told.first?.contains("\(DeliveryID(rawValue: 2))") == true)
    }

    @Test("The same id with the same content is absorbed, with other content kept as a conflict")
    func absorbsRepeats() async throws {
        let redis = try await RedisTestServer.start(.unix)
        let receiver = try ScriptedReceiver()
        let snapshot = try TestRelay.snapshot([try TestRelay.route(success: receiver.url())])
        try await TestRelay.run(snapshot, redis: redis, directory: directory) { relay in
            for data in ["{}", "{}", #"{"x":1}"#] {
                try await relay.publish("type", "job.completed", "id", "same", "data", data)
            }
            try await relay.publish("type", "job.completed", "id", "last", "data", "{}")
            _ = try await receiver.waitForRequests(2)
            try await relay.store.admitted.wait(for: 4)
            #expect(receiver.requests.compactMap { $0.header("webhook-id") }.sorted() == ["last", "same"])
            #expect(try await relay.ledger.quarantine(QuarantineQuery()).items.map(\.field) == ["conflict"])
        }
    }

    @Test(
        "The group is made again from the start after FLUSHALL, DEL and XGROUP DESTROY",
        arguments: [["FLUSHALL"], ["DEL", "postback:events"], ["XGROUP", "DESTROY", "postback:events", "relay"]]
    )
    func survivesLossOfGroup(command: [String]) async throws {
        let redis = try await RedisTestServer.start(.unix)
        let receiver = try ScriptedReceiver()
        let snapshot = try TestRelay.snapshot([try TestRelay.route(success: receiver.url())])
        try await TestRelay.run(snapshot, redis: redis, directory: directory) { relay in
            try await relay.publish("type", "job.completed", "id", "before", "data", "{}")
            _ = try await receiver.waitForRequests(1)
            switch command.count {
            case 1: try await redis.cli(command[0])
            case 2: try await redis.cli(command[0], command[1])
            default: try await redis.cli(command[0], command[1], command[2], command[3])
            }
            try await relay.publish("type", "job.completed", "id", "after", "data", "{}")
            let ids = try await receiver.waitForRequests(2).map { $0.header("webhook-id") }
            #expect(ids == ["before", "after"])
        }
    }

    @Test("What an earlier run read and did not acknowledge is taken up at once")
    func takesUpPredecessor() async throws {
        let redis = try await RedisTestServer.start(.unix)
        let receiver = try ScriptedReceiver()
        let snapshot = try TestRelay.snapshot([try TestRelay.route(success: receiver.url())])
        let predecessor = ConsumerName(ledger: directory.path + "/ledger.sqlite", process: "dead").full
        try await redis.cli("XGROUP", "CREATE", "postback:events", "relay", "0", "MKSTREAM")
        _ = try await TestRelay.publish(["type", "job.completed", "id", "orphan", "data", "{}"], to: redis)
        try await redis.cli("XREADGROUP", "GROUP", "relay", predecessor, "STREAMS", "postback:events", ">")
        try await TestRelay.run(snapshot, redis: redis, directory: directory) { relay in
            // What is published now is read after all that was left behind has been taken up.
            try await relay.publish("type", "job.completed", "id", "new", "data", "{}")
            let ids = try await receiver.waitForRequests(2).compactMap { $0.header("webhook-id") }
            #expect(Set(ids) == ["orphan", "new"])
        }
        #expect(try await redis.cli("XINFO", "CONSUMERS", "postback:events", "relay").contains("dead") == false)
    }

    @Test("What was deleted and not acknowledged, because Redis died in between, is acknowledged at the next start")
    func acknowledgesWhatIsDeleted() async throws {
        let redis = try await RedisTestServer.start(.unix)
        let receiver = try ScriptedReceiver()
        let snapshot = try TestRelay.snapshot([try TestRelay.route(success: receiver.url())])
        let predecessor = ConsumerName(ledger: directory.path + "/ledger.sqlite", process: "dead").full
        try await redis.cli("XGROUP", "CREATE", "postback:events", "relay", "0", "MKSTREAM")
        let id = try await TestRelay.publish(["type", "job.completed", "id", "gone", "data", "{}"], to: redis)
        try await redis.cli("XREADGROUP", "GROUP", "relay", predecessor, "STREAMS", "postback:events", ">")
        try await redis.cli("XDEL", "postback:events", id)
        let lines = LogLines()
        try await TestRelay.run(snapshot, redis: redis, directory: directory, logger: lines.logger) { relay in
            try await relay.publish("type", "job.completed", "id", "new", "data", "{}")
            #expect(try await receiver.waitForRequests(1).map { $0.header("webhook-id") } == ["new"])
        }
        #expect(lines.beginning(with: "Entries were deleted").map { $0.hasSuffix("count=1 entry=\(id)") } == [true])
        #expect(try await redis.cli("XPENDING", "postback:events", "relay").hasPrefix("0"))
    }

    @Test("A relay that starts while Redis is out of memory takes what is there")
    func startsWhileOutOfMemory() async throws {
        let redis = try await RedisTestServer.start(.unix)
        let receiver = try ScriptedReceiver()
        let snapshot = try TestRelay.snapshot([try TestRelay.route(success: receiver.url())])
        try await redis.cli("XGROUP", "CREATE", "postback:events", "relay", "0", "MKSTREAM")
        for id in ["a", "b"] {
            _ = try await TestRelay.publish(["type", "job.completed", "id", id, "data", "{}"], to: redis)
        }
        try await redis.cli("CONFIG", "SET", "maxmemory", "1")
        try await TestRelay.run(snapshot, redis: redis, directory: directory) { _ in
            _ = try await receiver.waitForRequests(2)
        }
        #expect(try await redis.cli("XLEN", "postback:events") == "0")
    }

    @Test("Redis may be killed and started again")
    func survivesRedisRestart() async throws {
        let redis = try await RedisTestServer.start(.unix, configuration: ["appendonly yes"])
        let receiver = try ScriptedReceiver()
        let snapshot = try TestRelay.snapshot([try TestRelay.route(success: receiver.url())])
        try await TestRelay.run(snapshot, redis: redis, directory: directory) { relay in
            try await relay.publish("type", "job.completed", "id", "before", "data", "{}")
            _ = try await receiver.waitForRequests(1)
            await redis.kill9()
            try await redis.restart()
            try await relay.publish("type", "job.completed", "id", "after", "data", "{}")
            let ids = try await receiver.waitForRequests(2).map { $0.header("webhook-id") }
            #expect(ids == ["before", "after"])
        }
    }

    @Test("Nothing is acknowledged while the ledger is full, and all goes on when there is room")
    func waitsForTheLedger() async throws {
        let redis = try await RedisTestServer.start(.unix)
        let receiver = try ScriptedReceiver()
        let snapshot = try TestRelay.snapshot([try TestRelay.route(success: receiver.url())])
        try await TestRelay.run(
            snapshot,
            redis: redis,
            directory: directory,
            beforeStart: { $0.failNext(admit: .max, record: .max) }
        ) { relay in
            try await relay.publish("type", "job.completed", "id", "patient", "data", "{}")
            // The second failure comes after the first one was noted.
            try await relay.store.failed.wait(for: 2)
            #expect(try await redis.cli("XPENDING", "postback:events", "relay").hasPrefix("1"))
            #expect(relay.health.now.ledgerTrouble?.contains("full") == true)
            relay.store.failNext(admit: 0, record: 2)
            _ = try await receiver.waitForRequests(1)
            try await relay.store.recorded.wait(for: 1)
            #expect(try await relay.delivery(ofEvent: "patient").summary.status == .delivered)
            while relay.health.now.ledgerTrouble != nil { await Task.yield() }
        }
        #expect(receiver.requests.count == 1)
    }

    @Test("An event goes out before it is written, and none does while the ledger takes no writes")
    func sendsBeforeWriting() async throws {
        let redis = try await RedisTestServer.start(.unix)
        let receiver = try ScriptedReceiver()
        let snapshot = try TestRelay.snapshot([try TestRelay.route(success: receiver.url())])
        try await TestRelay.run(snapshot, redis: redis, directory: directory) { relay in
            try await relay.publish("type", "job.completed", "id", "first", "data", "{}")
            try await relay.store.recorded.wait(for: 1)
            relay.store.failNext(admit: .max, record: .max)
            try await relay.publish("type", "job.completed", "id", "ahead", "data", "{}")
            _ = try await receiver.waitForRequests(2)
            try await relay.store.failed.wait(for: 2)
            // It is out, but only Redis has it.
            #expect(try await redis.cli("XPENDING", "postback:events", "relay").hasPrefix("1"))
            try await relay.publish("type", "job.completed", "id", "patient", "data", "{}")
            try await relay.store.failedToAdmit.wait(for: 2)
            #expect(receiver.requests.count == 2)
            relay.store.failNext()
            let ids = try await receiver.waitForRequests(3).map { $0.header("webhook-id") }
            #expect(ids == ["first", "ahead", "patient"])
            try await relay.store.recorded.wait(for: 3)
            let ahead = try await relay.delivery(ofEvent: "ahead")
            #expect(ahead.summary.status == .delivered)
            #expect(ahead.summary.id.description == receiver.requests[1].header("x-postback-delivery"))
        }
        #expect(try await redis.cli("XPENDING", "postback:events", "relay").hasPrefix("0"))
        #expect(try await redis.cli("XLEN", "postback:events") == "0")
    }

    @Test("A repeat of an event that is out and not written is absorbed, one of other content kept as a conflict")
    func absorbsRepeatsOfWhatIsOut() async throws {
        let redis = try await RedisTestServer.start(.unix)
        let gate = Gate()
        let receiver = try ScriptedReceiver {
            $0.header("webhook-id") == "same" ? .status(200).after(gate) : .status(200)
        }
        let snapshot = try TestRelay.snapshot([try TestRelay.route(success: receiver.url())])
        try await TestRelay.run(snapshot, redis: redis, directory: directory) { relay in
            try await relay.publish("type", "job.completed", "id", "first", "data", "{}")
            try await relay.store.recorded.wait(for: 1)
            for data in ["{}", "{}", #"{"x":1}"#] {
                try await relay.publish("type", "job.completed", "id", "same", "data", data)
            }
            try await relay.store.admitted.wait(for: 4)
            #expect(try await relay.ledger.quarantine(QuarantineQuery()).items.map(\.field) == ["conflict"])
            #expect(try await relay.delivery(ofEvent: "same").summary.status == .pending)
            gate.open()
            try await relay.store.recorded.wait(for: 2)
            #expect(try await relay.delivery(ofEvent: "same").summary.status == .delivered)
        }
        #expect(receiver.requests.count == 2)
        #expect(try await redis.cli("XLEN", "postback:events") == "0")
    }

    @Test("An event that is read again, because nothing of it was on record, keeps its delivery")
    func keepsDelivery() async throws {
        let redis = try await RedisTestServer.start(.unix)
        let receiver = try ScriptedReceiver()
        let snapshot = try TestRelay.snapshot([try TestRelay.route(success: receiver.url())])
        let entry = try await TestRelay.publish(["type", "job.completed", "data", "{}"], to: redis)
        try await TestRelay.run(snapshot, redis: redis, directory: directory) { _ in
            let delivery = try await receiver.waitForRequests(1)[0].header("x-postback-delivery")
            #expect(delivery == DeliveryID(entryID: entry)?.description)
        }
    }

    @Test("What the ledger refuses is sent once in a life, stays in Redis, and holds up nothing")
    func refusedByLedger() async throws {
        let redis = try await RedisTestServer.start(.unix)
        let receiver = try ScriptedReceiver()
        let snapshot = try TestRelay.snapshot([try TestRelay.route(success: receiver.url())])
        let lines = LogLines()
        try await TestRelay.run(
            snapshot,
            redis: redis,
            directory: directory,
            process: "first",
            logger: lines.logger
        ) { relay in
            try await relay.publish("type", "job.completed", "id", "first", "data", "{}")
            try await relay.store.recorded.wait(for: 1)
            relay.store.failNext(record: .max, code: .internal)
            try await relay.publish("type", "job.completed", "id", "refused", "data", "{}")
            // Once for the delivery and once for its result, whether they were to be written together or not.
            while lines.beginning(with: "What cannot be recorded").count < 2 { await Task.yield() }
            relay.store.failNext()
            try await relay.publish("type", "job.completed", "id", "next", "data", "{}")
            try await relay.store.recorded.wait(for: 2)
            await redis.kill9()
            try await redis.restart()
            try await relay.publish("type", "job.completed", "id", "last", "data", "{}")
            try await relay.store.recorded.wait(for: 3)
            #expect(receiver.requests.compactMap { $0.header("webhook-id") } == ["first", "refused", "next", "last"])
        }
        #expect(try await redis.cli("XPENDING", "postback:events", "relay").hasPrefix("1"))
        try await TestRelay.run(snapshot, redis: redis, directory: directory, process: "second") { relay in
            try await relay.store.recorded.wait(for: 1)
            #expect(try await relay.delivery(ofEvent: "refused").summary.status == .delivered)
        }
        #expect(try await redis.cli("XLEN", "postback:events") == "0")
    }

    @Test("Entries that cannot be acknowledged make it unready, and are acknowledged once they can be")
    func cannotAcknowledge() async throws {
        let redis = try await RedisTestServer.start(.unix)
        let receiver = try ScriptedReceiver()
        let snapshot = try TestRelay.snapshot([try TestRelay.route(success: receiver.url())])
        try await TestRelay.run(snapshot, redis: redis, directory: directory) { relay in
            try await redis.cli("ACL", "SETUSER", "default", "-xdel")
            for number in 1...3 {
                try await relay.publish("type", "job.completed", "id", "event-\(number)", "data", "{}")
                try await relay.store.recorded.wait(for: number)
            }
            while relay.health.now.acknowledgingTrouble == nil { await Task.yield() }
            #expect(relay.health.now.acknowledgingTrouble?.contains("NOPERM") == true)
            #expect(try await redis.cli("XLEN", "postback:events") == "3")
            try await redis.cli("ACL", "SETUSER", "default", "+xdel")
            while relay.health.now.acknowledgingTrouble != nil { await Task.yield() }
            // The first that can be acknowledged says that it can; the others follow.
            while try await redis.cli("XLEN", "postback:events") != "0" {}
        }
        #expect(receiver.requests.count == 3)
    }

    @Test("It stops although the ledger takes no writes, and what was not written stays in Redis")
    func stopsWithoutLedger() async throws {
        let redis = try await RedisTestServer.start(.unix)
        let receiver = try ScriptedReceiver()
        let snapshot = try TestRelay.snapshot([try TestRelay.route(success: receiver.url())])
        try await TestRelay.run(snapshot, redis: redis, directory: directory, recordingGrace: .milliseconds(200)) {
            relay in
            try await relay.publish("type", "job.completed", "id", "first", "data", "{}")
            try await relay.store.recorded.wait(for: 1)
            // What is not sent for now is the recorder's alone; nothing is in flight.
            _ = relay.control.pause("default.success", by: "test")
            _ = await relay.control.destinations()
            relay.store.failNext(admit: .max, record: .max)
            try await relay.publish("type", "job.completed", "id", "stuck", "data", "{}")
            try await relay.store.failed.wait(for: 2)
        }
        #expect(try await redis.cli("XPENDING", "postback:events", "relay").hasPrefix("1"))
        #expect(receiver.requests.count == 1)
    }

    @Test("An entry whose id Redis gave to another before it was wiped gets a delivery of its own")
    func entryIDGivenTwice() async throws {
        let redis = try await RedisTestServer.start(.unix)
        let receiver = try ScriptedReceiver()
        let snapshot = try TestRelay.snapshot([try TestRelay.route(success: receiver.url())])
        for (index, id) in ["a", "b", "c"].enumerated() {
            try await TestRelay.run(snapshot, redis: redis, directory: directory, process: id) { relay in
                // The second is not the first of its process: it may go out before it is written.
                try await relay.publish("type", "job.completed", "id", "before-\(id)", "data", "{}")
                try await relay.store.recorded.wait(for: 1)
                try await redis.cli("FLUSHALL")
                try await redis.cli(
                    "XADD",
                    "postback:events",
                    "1705313100000-7",
                    "type",
                    "job.completed",
                    "id",
                    id,
                    "data",
                    "{}"
                )
                _ = try await receiver.waitForRequests(2 * index + 2)
            }
        }
        #expect(Set(receiver.requests.compactMap { $0.header("x-postback-delivery") }).count == 6)
    }

    @Test("The line of an attempt says that its delivery was cancelled meanwhile, and announces no other attempt")
    func cancelledInFlight() async throws {
        let redis = try await RedisTestServer.start(.unix)
        let gate = Gate()
        let receiver = try ScriptedReceiver { _ in .status(503).after(gate) }
        let snapshot = try TestRelay.snapshot([try TestRelay.route(success: receiver.url())])
        let lines = LogLines()
        try await TestRelay.run(snapshot, redis: redis, directory: directory, logger: lines.logger) { relay in
            try await relay.publish("type", "job.completed", "id", "called-off", "data", "{}")
            _ = try await receiver.waitForRequests(1)
            // Without its result it is written alone.
            try await relay.store.admitted.wait(for: 1)
            let id = try await relay.delivery(ofEvent: "called-off").summary.id
            let cancelled = try await relay.control.cancel(id)
            guard case .cancelled = cancelled.answer else { throw CancelFailed() }
            #expect(cancelled.isUnderWay)
            gate.open()
            try await relay.store.recorded.wait(for: 1)
            let delivery = try await relay.delivery(ofEvent: "called-off")
            #expect(delivery.summary.status == .cancelled && delivery.attempts.map(\.outcome) == [.retry])
        }
        let line = try #require(lines.beginning(with: "Attempt").first)
        #expect(line.contains(" next=cancelled ") && !line.contains("next_attempt_at"), "\(line)")
    }

    private struct CancelFailed: Error {}

    @Test("A destination that hangs holds up nobody else")
    func isolatesHangingDestination() async throws {
        let redis = try await RedisTestServer.start(.unix)
        let gate = Gate()
        let dead = try ScriptedReceiver { _ in .status(200).after(gate) }
        let alive = try ScriptedReceiver()
        let snapshot = try TestRelay.snapshot([
            try TestRelay.route("dead", success: dead.url(), match: RouteMatch(queue: "dead")),
            try TestRelay.route("alive", success: alive.url(), match: RouteMatch(queue: "alive")),
        ])
        try await TestRelay.run(snapshot, redis: redis, directory: directory) { relay in
            for index in 0..<60 {
                try await relay.publish(
                    "type",
                    "job.completed",
                    "queue",
                    index % 2 == 0 ? "dead" : "alive",
                    "data",
                    "{}"
                )
            }
            _ = try await alive.waitForRequests(30)
            gate.open()
            _ = try await dead.waitForRequests(30)
        }
    }

    @Test("A graceful stop lets what is in flight end, and records it")
    func stopsGracefully() async throws {
        let redis = try await RedisTestServer.start(.unix)
        let gate = Gate()
        let receiver = try ScriptedReceiver {
            $0.header("webhook-id") == "flying" ? .status(200).after(gate) : .status(200)
        }
        let snapshot = try TestRelay.snapshot([try TestRelay.route(success: receiver.url())])
        try await TestRelay.run(snapshot, redis: redis, directory: directory) { relay in
            try await relay.publish("type", "job.completed", "id", "landed", "data", "{}")
            try await relay.store.recorded.wait(for: 1)
            try await relay.publish("type", "job.completed", "id", "flying", "data", "{}")
            _ = try await receiver.waitForRequests(2)
            Task {
                // The answer comes once the relay is stopping.
                while relay.health.now.isRunning { await Task.yield() }
                gate.open()
            }
        }
        let ledger = try await SQLiteLedger.open(directory: directory.path)
        var query = DeliveryQuery()
        query.eventID = "flying"
        #expect(try await ledger.deliveries(query).items.map(\.status) == [.delivered])
        try await ledger.close()
    }

    @Test("What is pending is taken up after a restart, without Redis knowing of it")
    func takesUpPendingAfterRestart() async throws {
        let redis = try await RedisTestServer.start(.unix)
        let closed = try ClosedPort()
        let policy = DestinationPolicy(retries: RetrySchedule(delays: [4000]))
        let snapshot = try TestRelay.snapshot([try TestRelay.route(success: closed.url, policy: policy)])
        try await TestRelay.run(snapshot, redis: redis, directory: directory) { relay in
            try await relay.publish("type", "job.completed", "id", "kept", "data", #"{"k":1}"#)
            try await relay.store.recorded.wait(for: 1)
        }
        withExtendedLifetime(closed) {}
        try await redis.cli("FLUSHALL")
        let open = try ScriptedReceiver()
        let moved = try TestRelay.snapshot([try TestRelay.route(success: open.url("/there"), policy: policy)])
        try await TestRelay.run(moved, redis: redis, directory: directory, process: "second") { relay in
            let request = try #require(try await open.waitForRequests(1).first)
            #expect(request.header("webhook-id") == "kept")
            #expect(request.header("x-postback-attempt") == "2")
        }
    }

    @Test("A paused destination gets nothing until it is resumed, also over a restart")
    func pausesOverRestart() async throws {
        let redis = try await RedisTestServer.start(.unix)
        let receiver = try ScriptedReceiver()
        let snapshot = try TestRelay.snapshot([try TestRelay.route(success: receiver.url())])
        try await TestRelay.run(snapshot, redis: redis, directory: directory) { relay in
            relay.control.pause("default.success", by: "ann")
            #expect(await relay.control.destinations().first?.health == .paused)
            try await relay.publish("type", "job.completed", "id", "held", "data", "{}")
            try await relay.store.admitted.wait(for: 1)
        }
        #expect(receiver.requests.isEmpty)
        try await TestRelay.run(snapshot, redis: redis, directory: directory, process: "second") { relay in
            #expect(await relay.control.destinations().first?.reason == "paused by ann")
            #expect(receiver.requests.isEmpty)
            relay.control.resume("default.success")
            _ = try await receiver.waitForRequests(1)
        }
    }

    @Test("A test event is sent once, recorded, and its answer given back")
    func testsDestination() async throws {
        let redis = try await RedisTestServer.start(.unix)
        let receiver = try ScriptedReceiver { _ in .status(500, body: "broken") }
        let route = try TestRelay.route(success: receiver.url())
        try await TestRelay.run(try TestRelay.snapshot([route]), redis: redis, directory: directory) { relay in
            let result = try #require(await relay.control.test(route.success, by: "ann"))
            #expect(result.attempt.trigger == .test)
            #expect(result.attempt.answer.statusCode == 500)
            #expect(result.next == .end(.dead))
            try await relay.store.recorded.wait(for: 1)
            let detail = try #require(try await relay.ledger.delivery(result.attempt.delivery))
            #expect(detail.summary.status == .dead)
            #expect(detail.summary.type == "postback.test")
            #expect(receiver.requests.count == 1)
        }
    }

    @Test("A URL that came with an event is called byte for byte, and may not lead to link-local addresses")
    func callsCallbackURLs() async throws {
        let redis = try await RedisTestServer.start(.unix)
        let receiver = try ScriptedReceiver()
        try await TestRelay.run(try TestRelay.snapshot([]), redis: redis, directory: directory) { relay in
            let target = "/webhook-waiting/42?signature=abc%2F/suffix"
            try await relay.publish("type", "job.completed", "data", "{}", "callback_url", receiver.url(target))
            #expect(try await receiver.waitForRequests(1).first?.target == target)
            try await relay.publish(
                "type",
                "job.completed",
                "id",
                "evil",
                "data",
                "{}",
                "callback_url",
                "http://169.254.169.254/latest"
            )
            try await relay.store.recorded.wait(for: 2)
            let evil = try await relay.delivery(ofEvent: "evil")
            #expect(evil.summary.status == .dead)
            #expect(evil.attempts.map(\.outcome) == [.blocked])
        }
    }

    @Test("A cancelled delivery is not tried again")
    func cancels() async throws {
        let redis = try await RedisTestServer.start(.unix)
        let receiver = try ScriptedReceiver { _ in .status(500) }
        let policy = DestinationPolicy(retries: RetrySchedule(delays: [100_000]))
        let route = try TestRelay.route(success: receiver.url(), policy: policy)
        try await TestRelay.run(try TestRelay.snapshot([route]), redis: redis, directory: directory) { relay in
            try await relay.publish("type", "job.completed", "id", "off", "data", "{}")
            try await relay.store.recorded.wait(for: 1)
            let id = try await relay.delivery(ofEvent: "off").summary.id
            let first = try await relay.control.cancel(id)
            let second = try await relay.control.cancel(id)
            #expect(first == (.cancelled(destination: "default.success"), false))
            #expect(second == (.alreadyEnded(.cancelled), false))
            #expect(try await relay.delivery(ofEvent: "off").summary.nextAttemptAt == nil)
        }
    }

    @Test("Metrics count what happened")
    func countsMetrics() async throws {
        let redis = try await RedisTestServer.start(.unix)
        let receiver = try ScriptedReceiver()
        let snapshot = try TestRelay.snapshot([try TestRelay.route(success: receiver.url())])
        try await TestRelay.run(snapshot, redis: redis, directory: directory) { relay in
            try await relay.publish("type", "job.completed", "data", "{}")
            try await relay.publish("type", "job.completed", "data", "nope")
            try await relay.store.recorded.wait(for: 1)
            try await relay.store.admitted.wait(for: 2)
            let text = relay.registry.render()
            #expect(text.contains("postback_events_published_total 1\n"))
            #expect(text.contains("postback_attempts_total{destination=\"default.success\",outcome=\"delivered\"} 1\n"))
            #expect(text.contains("postback_event_to_first_attempt_seconds_count 1\n"))
            #expect(text.contains("postback_exchange_seconds_bucket{le=\"+Inf\"} 1\n"))
        }
    }
}
