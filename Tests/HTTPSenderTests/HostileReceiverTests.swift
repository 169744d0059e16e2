import Deliveries
import HTTPSender
import ReceiverTestSupport
import Testing

@Suite("Receivers that misbehave", .timeLimit(.minutes(2)))
struct HostileReceiverTests {
    private static let deadline = Duration.seconds(2)
    private static let connectDeadline = Duration.milliseconds(500)
    /// For what a deadline must not end.
    private static let never = Duration.seconds(30)
    /// How late a deadline may be noticed on a machine that is busy.
    private static let slack = Duration.seconds(8)

    private let certificates: TestCertificates

    init() throws {
        certificates = try TestCertificates.shared()
    }

    @Test("The catalogue names every behaviour once")
    func names() {
        #expect(Set(HostileBehaviour.all.map(\.name)).count == HostileBehaviour.all.count)
        #expect(HostileBehaviour.Family.allCases.allSatisfy { !HostileBehaviour.all($0).isEmpty })
    }

    @Test(
        "Each ends within its deadline, once, as what it is",
        arguments: HostileBehaviour.Family.allCases,
        HostileReceiver.Transport.allCases
    )
    func everyBehaviour(family: HostileBehaviour.Family, transport: HostileReceiver.Transport) async throws {
        let behaviours = HostileBehaviour.all(family).filter { transport == .plain || $0.worksOverBoth }
        let sender = try TestSender()
        // Those that wait for a deadline wait together.
        await check(behaviours.filter { !$0.isBusy }, over: transport, sender, atOnce: 12)
        await check(behaviours.filter(\.isBusy), over: transport, sender, atOnce: 2)
        #expect(sender.sender.inFlight == 0)
    }

    @Test(
        "A redirect to a receiver of ours is not followed, to the same one or another",
        arguments: [301, 302, 303, 307, 308]
    )
    func redirectToUs(status: Int) async throws {
        let trap = try ScriptedReceiver()
        let target = trap.url("/trap")
        let receiver = try ScriptedReceiver { request in
            let location = request.path == "/here" ? "/trap" : target
            return .status(status, headers: [("Location", location), ("Refresh", "0; url=\(location)")])
        }
        let sender = try TestSender()
        for path in ["/there", "/here"] {
            let answer = try await sender.send(receiver.url(path))
            #expect(answer.statusCode == status)
            #expect(answer.headers.first(named: "location") != nil)
        }
        // One more request to another port would have been made by now, had the redirect been followed.
        #expect(try await sender.send(trap.url("/after")).statusCode == 204)
        #expect(trap.requests.map(\.target) == ["/after"])
        #expect(receiver.requests.map(\.target) == ["/there", "/here"])
    }

    private func check(
        _ behaviours: [HostileBehaviour],
        over transport: HostileReceiver.Transport,
        _ sender: TestSender,
        atOnce width: Int
    ) async {
        await withTaskGroup(of: Void.self) { group in
            for (index, behaviour) in behaviours.enumerated() {
                if index >= width { await group.next() }
                group.addTask {
                    do {
                        try await check(behaviour, over: transport, sender)
                    } catch {
                        Issue.record("\(behaviour): \(error)")
                    }
                }
            }
        }
    }

    private func check(
        _ behaviour: HostileBehaviour,
        over transport: HostileReceiver.Transport,
        _ sender: TestSender
    ) async throws {
        let receiver = try HostileReceiver(behaviour, over: transport, certificates: certificates)
        let expected = behaviour.expectation
        let timeout = expected.end == .deadline ? Self.deadline : Self.never
        let start = ContinuousClock.now
        let answer = try await sender.send(
            receiver.url,
            body: [UInt8](repeating: 65, count: behaviour.requestLength),
            connectTimeout: expected.end == .connectDeadline ? Self.connectDeadline : timeout,
            timeout: timeout,
            origin: behaviour.family == .http2Flood ? .untrusted : .operatorConfigured,
            allow: ["127.0.0.0/8"],
            options: TransportOptions(authoritiesFile: certificates.authority)
        )
        let elapsed = ContinuousClock.now - start
        let comment = Comment("\(behaviour) over \(transport): \(answer)")

        #expect(expected.failures.contains(answer.failure), comment)
        #expect(expected.statuses.contains(answer.statusCode), comment)
        if let wasSent = expected.wasSent { #expect(answer.requestWasSent == wasSent, comment) }
        let outcome = Judgement(answer, profile: .n8n, now: Timestamp(milliseconds: 0)).outcome
        #expect(outcome == expected.outcome ?? (answer.requestWasSent ? .unknown : .retry), comment)

        switch expected.end {
        case .atOnce: #expect(elapsed < Self.never - .seconds(10), comment)
        case .connectDeadline: #expect(Self.isDue(elapsed, at: Self.connectDeadline), comment)
        case .deadline: #expect(Self.isDue(elapsed, at: Self.deadline), comment)
        }
        expectPhase(expected.phase, of: answer, usesTLS: receiver.url.hasPrefix("https"), comment)

        // Nothing of an answer is kept beyond the limits, and what is told of it fits into a line of a log.
        #expect(answer.body.count <= 4096, comment)
        #expect(answer.headers.reduce(0) { $0 + $1.name.utf8.count + $1.value.utf8.count } <= 16_384, comment)
        #expect(answer.errorText?.contains("\n") != true, comment)
        #expect((answer.failure == nil) == (answer.errorText == nil), comment)
        // One attempt is one connection: nothing is repeated in silence.
        #expect(receiver.connectionCount <= 1, comment)
        #expect(receiver.requestCount <= (answer.requestWasSent ? 1 : 0), comment)
    }

    private static func isDue(_ elapsed: Duration, at deadline: Duration) -> Bool {
        // libcurl reckons in milliseconds and may be a little early.
        elapsed > deadline - .milliseconds(20) && elapsed < deadline + slack
    }

    private func expectPhase(
        _ phase: HostileExpectation.Phase?,
        of answer: Answer,
        usesTLS: Bool,
        _ comment: Comment
    ) {
        guard let phase else { return }
        let times = answer.times
        #expect((times.connect != nil) == (phase != .nothing), comment)
        #expect((times.tls != nil) == (usesTLS && phase != .nothing), comment)
        #expect((times.firstByte != nil) == (phase == .answered), comment)
    }
}
