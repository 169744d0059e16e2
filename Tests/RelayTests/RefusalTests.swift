import Deliveries
import Ledger
import ReceiverTestSupport
import RedisTestSupport
import Relay
import Testing

/// A ledger that works refuses single deliveries and results for good: by a fault of the program, which nobody can mend meanwhile.
@Suite(.timeLimit(.minutes(2)))
struct RefusalTests {
    private let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
    }

    @Test("A delivery that is refused before it was sent is quarantined, and holds up nothing that came with it")
    func delivery() async throws {
        let redis = try await RedisTestServer.start(.unix)
        let receiver = try ScriptedReceiver()
        let snapshot = try TestRelay.snapshot([try TestRelay.route(success: receiver.url())])
        let lines = LogLines()
        var published: [String] = []
        // They are read in one page, and written before they are sent, because the process has written nothing yet.
        for id in ["a", "bad", "b", "c", "worse"] {
            published.append(
                try await TestRelay.publish(["type", "job.completed", "id", id, "data", #"{"n":1}"#], to: redis)
            )
        }
        let (bad, worse) = (published[1], published[4])
        try await TestRelay.run(
            snapshot,
            redis: redis,
            directory: directory,
            logger: lines.logger,
            beforeStart: { $0.refuse(ObservedStore.Refusals(events: ["bad", "worse"])) }
        ) { relay in
            try await relay.store.recorded.wait(for: 3)
            // What comes later too.
            try await relay.publish("type", "job.completed", "id", "d", "data", "{}")
            try await relay.store.recorded.wait(for: 4)
            #expect(Set(receiver.requests.map { $0.header("webhook-id") }) == ["a", "b", "c", "d"])
            #expect(relay.health.now.ledgerTrouble == nil)

            let quarantine = try await relay.ledger.quarantine(QuarantineQuery()).items
            #expect(quarantine.map(\.source.entryID) == [worse, bad])
            #expect(quarantine.allSatisfy { $0.field == "ledger" && $0.reason.contains("refused by the test") })
            #expect(quarantine[1].source.fields.contains(EventField("data", #"{"n":1}"#)))
            let errors = lines.beginning(with: "The ledger refuses an event for good")
            #expect(errors.count == 2)
            #expect(errors.first?.contains("entry=\(bad) event=bad") == true)

            // The program was mended.
            relay.store.refuse(ObservedStore.Refusals())
            #expect(try await relay.control.redrive(quarantine[1].id) == .admitted)
            try await relay.store.recorded.wait(for: 5)
            #expect(try await relay.delivery(ofEvent: "bad").summary.status == .delivered)
        }
        #expect(try await redis.cli("XPENDING", "postback:events", "relay").hasPrefix("0"))
        #expect(try await redis.cli("XLEN", "postback:events") == "0")
    }

    @Test("What even the quarantine refuses stays in Redis for the next process, and holds up nothing")
    func quarantine() async throws {
        let redis = try await RedisTestServer.start(.unix)
        let receiver = try ScriptedReceiver()
        let snapshot = try TestRelay.snapshot([try TestRelay.route(success: receiver.url())])
        let lines = LogLines()
        let bad = try await TestRelay.publish(["type", "job.completed", "id", "bad", "data", "{}"], to: redis)
        try await TestRelay.run(
            snapshot,
            redis: redis,
            directory: directory,
            process: "first",
            logger: lines.logger,
            beforeStart: { $0.refuse(ObservedStore.Refusals(events: ["bad"], quarantine: true)) }
        ) { relay in
            try await relay.publish("type", "job.completed", "id", "next", "data", "{}")
            try await relay.store.recorded.wait(for: 1)
            // It is not taken up again when the connection is made again.
            await redis.kill9()
            try await redis.restart()
            try await relay.publish("type", "job.completed", "id", "last", "data", "{}")
            try await relay.store.recorded.wait(for: 2)
            #expect(lines.beginning(with: "What cannot be recorded").count == 1)
            #expect(lines.beginning(with: "What cannot be recorded").first?.contains("entry=\(bad)") == true)
        }
        #expect(try await redis.cli("XPENDING", "postback:events", "relay").hasPrefix("1"))
        try await TestRelay.run(snapshot, redis: redis, directory: directory, process: "second") { relay in
            try await relay.store.recorded.wait(for: 1)
            #expect(try await relay.delivery(ofEvent: "bad").summary.status == .delivered)
        }
        #expect(receiver.requests.map { $0.header("webhook-id") } == ["next", "last", "bad"])
        #expect(try await redis.cli("XLEN", "postback:events") == "0")
    }

    @Test("A result that is refused takes no other with it, is named, and a stop does not wait for it")
    func result() async throws {
        let redis = try await RedisTestServer.start(.unix)
        let gate = Gate()
        let receiver = try ScriptedReceiver {
            switch $0.header("webhook-id") {
            case "first": .status(200)
            case "bad": .status(299).after(gate)
            default: .status(200).after(gate)
            }
        }
        let snapshot = try TestRelay.snapshot([try TestRelay.route(success: receiver.url())])
        let lines = LogLines()
        let ended = try await TestRelay.run(
            snapshot,
            redis: redis,
            directory: directory,
            grace: .seconds(30),
            process: "first",
            logger: lines.logger
        ) { relay in
            try await relay.publish("type", "job.completed", "id", "first", "data", "{}")
            try await relay.store.recorded.wait(for: 1)
            relay.store.refuse(ObservedStore.Refusals(statusCodes: [299]))
            for id in ["a", "bad", "b"] {
                try await relay.publish("type", "job.completed", "id", id, "data", "{}")
            }
            _ = try await receiver.waitForRequests(4)
            gate.open()
            try await relay.store.recorded.wait(for: 3)
            while lines.beginning(with: "What cannot be recorded").isEmpty { await Task.yield() }
            let bad = try await relay.delivery(ofEvent: "bad").summary
            #expect(bad.status == .pending)
            #expect(lines.beginning(with: "What cannot be recorded").first?.contains("delivery=\(bad.id)") == true)
            #expect(try await relay.delivery(ofEvent: "a").summary.status == .delivered)
            #expect(try await relay.delivery(ofEvent: "b").summary.status == .delivered)
            // A page of what is due has it, but it is not sent again.
            try await relay.publish("type", "job.completed", "id", "last", "data", "{}")
            try await relay.store.recorded.wait(for: 4)
            #expect(receiver.requests.count == 5)
            return ContinuousClock.now
        }
        #expect(ContinuousClock.now - ended < .seconds(15))
        try await TestRelay.run(snapshot, redis: redis, directory: directory, process: "second") { relay in
            try await relay.store.recorded.wait(for: 1)
            let attempts = try await relay.delivery(ofEvent: "bad").attempts
            #expect(attempts.map(\.number) == [1])
        }
        #expect(receiver.requests.count == 6)
    }
}
