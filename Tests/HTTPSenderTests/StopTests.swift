import Deliveries
import HTTPSender
import ReceiverTestSupport
import Synchronization
import Testing

@Suite("Stopping a sender")
struct StopTests {
    @Test("Requests in flight are answered as failures that say whether they were sent")
    func inFlight() async throws {
        let hanging = try ScriptedReceiver { _ in .status(204).after(Gate()) }
        let connecting = try FullListener()
        let sender = try TestSender()
        async let sent = sender.send(hanging.url())
        async let unsent = sender.send(connecting.url)
        _ = try await hanging.waitForRequests(1)
        await sender.sender.stop()
        #expect(sender.sender.inFlight == 0)
        let answers = try await [sent, unsent]
        #expect(answers.map(\.failure) == [.reset, .reset])
        #expect(answers.map(\.requestWasSent) == [true, false])
        #expect(answers.allSatisfy { $0.errorText == "the sender has been stopped" })
    }

    @Test("Requests that come afterwards are answered at once, and stopping again returns")
    func afterwards() async throws {
        let receiver = try ScriptedReceiver()
        let sender = try TestSender()
        #expect(try await sender.send(receiver.url()).statusCode == 204)
        await sender.sender.stop()
        await sender.sender.stop()
        let answer = try await sender.send(receiver.url())
        #expect(answer.failure == .reset)
        #expect(!answer.requestWasSent)
        #expect(receiver.requests.count == 1)
    }

    @Test("A sender that is dropped ends its thread and answers what was in flight")
    func dropped() async throws {
        let hanging = try ScriptedReceiver { _ in .status(204).after(Gate()) }
        let answered = Milestones()
        var sender: HTTPSender? = try HTTPSender { answered.add($0.count) }
        sender?.send([
            SendRequest(
                token: 1,
                url: try DestinationURL(hanging.url()),
                headers: [],
                body: [],
                origin: .operatorConfigured,
                policy: AddressPolicy()
            )
        ])
        _ = try await hanging.waitForRequests(1)
        sender = nil
        try await answered.wait(for: 1)
    }
}
