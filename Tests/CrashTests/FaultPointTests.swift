import FaultPoints
import Glibc
import ProgramTestSupport
import ReceiverTestSupport
import RedisTestSupport
import Testing

/// The process stands still at each named step and is killed there with `kill -9`. Nothing is lost, and exactly those requests
/// come again that were out and not recorded.
@Suite("Killed at a named step", .timeLimit(.minutes(5)))
struct FaultPointTests {
    /// Steps that every event passes, or every start.
    static let onTheWay: [FaultPoint] = [
        .startOwned, .startMigrating, .startBacklogRead, .startListening, .intakeGroupMade, .intakeRead, .intakeDecided,
        .intakeCommitting, .intakeCommitted, .intakeAnnounced, .intakeAcknowledged, .dispatchOrdered,
        .dispatchPayloadsRead, .dispatchSigned,
        .senderHanded, .senderTaken, .senderConnecting, .senderConnected, .answerBegun, .answerReceived, .answerTaken,
        .answerJudged, .recorderTaken, .recorderCommitting, .recorderCommitted, .recorderAnnounced,
    ]

    /// Steps that are passed again and again. Only the first events of a process are written before they are sent.
    static let again =
        onTheWay.drop { $0 != .intakeRead }.filter { !atFirst.contains($0) } + [.intakeOffered]
    private static let atFirst: [FaultPoint] = [
        .intakeCommitting, .intakeCommitted, .intakeAnnounced, .dispatchPayloadsRead, .senderConnecting,
    ]

    /// Steps that something special leads to; each has a test of its own below.
    static let aside: [FaultPoint] = [
        .intakeOffered, .intakeTookUp, .intakeConsumerDeleted, .recorderStateTaken, .recorderStateSaved,
        .replayCommitted, .cancelCommitted, .redriveCommitted, .testAdmitted, .stopIntakeEnded, .stopDrained,
        .stopClosing, .stopClosed,
    ]

    @Test("There is a case for every step")
    func coversEveryStep() {
        #expect(Set(Self.onTheWay + Self.aside) == Set(FaultPoint.allCases))
        #expect(Self.onTheWay.count + Self.aside.count == FaultPoint.allCases.count)
    }

    // MARK: On the way

    @Test("At the first passage, with a first start", arguments: onTheWay)
    func firstPassage(point: FaultPoint) async throws {
        let crash = try await CrashCase()
        try await crash.publisher.publish(5)
        let program = try crash.start(fault: point)
        try await program.waitFor(point)
        // Redis takes events while the relay stands still.
        try await crash.publisher.publish(3)
        let left = try await crash.kill(program)
        try await crash.finish(after: left)
        let out = expectOnlyUnrecordedAgain(crash, left)
        switch point.requestsOut {
        case .none: #expect(out.isEmpty)
        case .some: #expect(!out.isEmpty)
        case .any: break
        }
    }

    @Test("At the third passage, with others before it", arguments: again)
    func thirdPassage(point: FaultPoint) async throws {
        let crash = try await CrashCase()
        let program = try crash.start(fault: point, passage: 3)
        for _ in 0..<50 {
            try await crash.publisher.publish(2)
            if (try? await program.waitFor(point, within: .milliseconds(200))) != nil { break }
        }
        let left = try await crash.kill(program, at: point)
        try await crash.publisher.publish(3)
        try await crash.finish(after: left)
        expectOnlyUnrecordedAgain(crash, left)
    }

    @Test("While the receiver has the request and has not answered")
    func heldByReceiver() async throws {
        let gate = Gate()
        let crash = try await CrashCase(receiver: try CrashReceiver(answeringAfter: gate))
        try await crash.publisher.publish(5)
        let program = try await crash.startUp()
        try await crash.log.waitForArrivals(5)
        let left = try await crash.kill(program)
        gate.open()
        let audit = try await crash.finish(after: left)
        #expect(left.attempts.isEmpty)
        // What the whole matrix counts as duplicates: each of these, and nothing else.
        #expect(audit.duplicates == 5)
    }

    // MARK: At another start

    @Test("With events that are in the ledger already")
    func findsThemInTheLedger() async throws {
        let crash = try await CrashCase()
        try await crash.publisher.publish(5)
        _ = try await crash.kill(crash.start(fault: .intakeCommitted), at: .intakeCommitted)
        let left = try await crash.kill(crash.start(fault: .dispatchPayloadsRead), at: .dispatchPayloadsRead)
        #expect(crash.log.arrivals.isEmpty)
        let audit = try await crash.finish(after: left)
        #expect(audit.duplicates == 0)
    }

    @Test(
        "While it takes up what an earlier run left",
        arguments: [FaultPoint.intakeTookUp, .intakeConsumerDeleted]
    )
    func takesUp(point: FaultPoint) async throws {
        let crash = try await CrashCase()
        try await crash.publisher.publish(5)
        _ = try await crash.kill(crash.start(fault: .intakeRead), at: .intakeRead)
        let left = try await crash.kill(crash.start(fault: point), at: point)
        func consumers() async throws -> Set<Substring> {
            let reply = try await crash.redis.cli("XINFO", "CONSUMERS", "postback:events", "relay")
            return Set(reply.split(separator: "\n").filter { $0.hasPrefix("relay-") })
        }
        let dead = try await consumers()
        let program = try await crash.startUp()
        // All may have been delivered from the ledger before the consumers are taken up.
        while try await !consumers().isDisjoint(with: dead) { try await Task.sleep(for: .milliseconds(20)) }
        try await crash.finish(program, after: left)
        expectOnlyUnrecordedAgain(crash, left, run: 2)
        #expect(try await consumers().count == 1)
    }

    // MARK: At a wish

    @Test("Before a pause is saved it is forgotten, after it it holds", arguments: [false, true])
    func pauses(isSaved: Bool) async throws {
        let crash = try await CrashCase()
        let point = isSaved ? FaultPoint.recorderStateSaved : .recorderStateTaken
        let paused = try await crash.startUp(fault: point)
        let answer = crash.ask("POST", "/api/destinations/default.success/pause", of: paused)
        let left = try await crash.kill(paused, at: point)
        _ = await answer.value
        try await crash.publisher.publish(3)
        if isSaved {
            let held = try await crash.startUp()
            let state = try await crash.relay.call("GET", "/api/destinations", of: held)
            #expect(state.body.contains("paused"))
            #expect(
                try await crash.relay.call("POST", "/api/destinations/default.success/resume", of: held).status < 300
            )
            try await crash.log.waitForTaken(3)
            await crash.end(held)
            _ = try await crash.reckon()
        } else {
            try await crash.finish(after: left)
        }
    }

    @Test("A replay that is durable is made, although nobody was answered")
    func replays() async throws {
        let crash = try await CrashCase()
        let delivered = try await crash.delivered(2)
        let replaying = try await crash.startUp(fault: .replayCommitted)
        let id = try #require(delivered.ids["event-0"])
        let answer = crash.ask("POST", "/api/deliveries/\(id)/replay", #"{"force":true}"#, of: replaying)
        let left = try await crash.kill(replaying, at: .replayCommitted)
        #expect(await !answer.value)
        crash.replays = [AttemptKey(event: "event-0", number: 2)]
        let audit = try await crash.finish(after: left)
        #expect(crash.log.arrivals.map(\.event).sorted() == ["event-0", "event-0", "event-1"])
        #expect(audit.duplicates == 0)
    }

    @Test("A cancellation that is durable holds, although nobody was answered")
    func cancels() async throws {
        let crash = try await CrashCase(receiver: try CrashReceiver { _, _, run in run == 1 ? .refused : .taken })
        try crash.relay.configure(receiver: crash.receiver, retries: "600s")
        try await crash.publisher.publish(2)
        let first = try await crash.startUp()
        try await crash.log.waitForArrivals(2)
        await crash.end(first)
        let ids = try crash.relay.snapshot().ids
        let (cancelled, pending) = (try #require(ids["event-0"]), try #require(ids["event-1"]))
        let second = try await crash.startUp(fault: .cancelCommitted)
        let answer = crash.ask("POST", "/api/deliveries/\(cancelled)/cancel", of: second)
        let left = try await crash.kill(second, at: .cancelCommitted)
        #expect(await !answer.value)
        #expect(left.statuses == ["event-0": "cancelled", "event-1": "pending"])
        let third = try await crash.startUp()
        #expect(try await crash.relay.call("POST", "/api/deliveries/\(pending)/replay", of: third).status == 202)
        try await crash.log.waitForTaken(1)
        await crash.end(third)
        #expect(try crash.relay.snapshot().statuses == ["event-0": "cancelled", "event-1": "delivered"])
        #expect(crash.log.arrivals.map(\.event).sorted() == ["event-0", "event-1", "event-1"])
    }

    @Test("A redriven entry that is durable is delivered, although nobody was answered")
    func redrives() async throws {
        let crash = try await CrashCase()
        try await crash.publisher.publish([CrashEvent(number: 0, route: "late")])
        let first = try await crash.startUp()
        try await first.waitFor("Quarantined an entry")
        await crash.end(first)
        try crash.relay.configure(receiver: crash.receiver, extra: "late")
        let second = try await crash.startUp(fault: .redriveCommitted)
        let answer = crash.ask("POST", "/api/quarantine/1/redrive", of: second)
        let left = try await crash.kill(second, at: .redriveCommitted)
        #expect(await !answer.value)
        #expect(left.quarantined == 0)
        let audit = try await crash.finish(after: left)
        #expect(audit.arrivals == 1)
    }

    @Test("A test that is durable and was not sent becomes an ordinary delivery")
    func testsDestination() async throws {
        let crash = try await CrashCase()
        let first = try await crash.startUp(fault: .testAdmitted)
        let answer = crash.ask("POST", "/api/destinations/default.success/test", of: first)
        let left = try await crash.kill(first, at: .testAdmitted)
        #expect(await !answer.value)
        #expect(Array(left.statuses.values) == ["pending"])
        let second = try await crash.startUp()
        try await crash.log.waitForTaken(1)
        await crash.end(second)
        #expect(crash.log.arrivals.map(\.attempt) == [1])
        #expect(Array(try crash.relay.snapshot().statuses.values) == ["delivered"])
    }

    // MARK: At a stop

    @Test("While it stops, with requests in flight")
    func stopsWithRequestsInFlight() async throws {
        let gate = Gate()
        let crash = try await CrashCase(receiver: try CrashReceiver(answeringAfter: gate))
        try await crash.publisher.publish(5)
        let program = try await crash.startUp(fault: .stopIntakeEnded)
        try await crash.log.waitForArrivals(5)
        program.signal(SIGTERM)
        try await program.waitFor(.stopIntakeEnded)
        try await crash.publisher.publish(3)
        let left = try await crash.kill(program)
        gate.open()
        let audit = try await crash.finish(after: left)
        #expect(audit.duplicates == 5)
    }

    @Test("While it stops, with everything recorded", arguments: [FaultPoint.stopDrained, .stopClosing, .stopClosed])
    func stops(point: FaultPoint) async throws {
        let crash = try await CrashCase()
        try await crash.publisher.publish(5)
        let program = try await crash.startUp(fault: point)
        try await crash.log.waitForTaken(5)
        program.signal(SIGTERM)
        try await program.waitFor(point)
        try await crash.publisher.publish(3)
        let left = try await crash.kill(program)
        #expect(left.statuses.values.filter { $0 == "delivered" }.count == 5)
        let audit = try await crash.finish(after: left)
        #expect(audit.duplicates == 0)
    }

    // MARK: -

    /// The next run repeats exactly what the killed one had sent and not recorded.
    ///
    /// - Returns: the attempts that the killed run had sent.
    @discardableResult
    private func expectOnlyUnrecordedAgain(_ crash: CrashCase, _ left: LedgerSnapshot, run: Int = 1) -> Set<AttemptKey>
    {
        let arrivals = Dictionary(grouping: crash.log.arrivals, by: \.run).mapValues { arrivals in
            Set(arrivals.map { AttemptKey(event: $0.event, number: $0.attempt) })
        }
        let out = arrivals[run] ?? []
        let recorded = left.attempts.map { AttemptKey(event: $0.event, number: $0.number) }
        #expect(out.intersection(arrivals[run + 1] ?? []) == out.subtracting(recorded))
        return out
    }
}

extension FaultPoint {
    /// Whether requests of the very first events can be out when the process stands here.
    fileprivate enum RequestsOut {
        case none
        case some
        case any
    }

    fileprivate var requestsOut: RequestsOut {
        switch self {
        case .startOwned, .startMigrating, .startBacklogRead, .intakeGroupMade, .intakeRead, .intakeDecided,
            .intakeCommitting, .intakeCommitted, .dispatchOrdered, .dispatchPayloadsRead, .dispatchSigned, .senderTaken,
            .senderConnecting, .senderConnected:
            .none
        case .answerBegun, .answerReceived, .answerTaken, .answerJudged, .recorderTaken, .recorderCommitting,
            .recorderCommitted, .recorderAnnounced:
            .some
        // The dispatcher or the sender goes on until the process stands still.
        default: .any
        }
    }
}

extension Program {
    /// Waits until the process stands at a step.
    fileprivate func waitFor(_ point: FaultPoint, within limit: Duration = .seconds(20)) async throws {
        try await waitFor("fault point \(point.rawValue)\n", within: limit)
    }
}
