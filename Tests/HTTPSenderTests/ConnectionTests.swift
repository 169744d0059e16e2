import Deliveries
import HTTPSender
import ReceiverTestSupport
import Synchronization
import Testing

@Suite("How connections are used")
struct ConnectionTests {
    @Test("A thousand requests, twenty at a time, take twenty connections")
    func reuse() async throws {
        let receiver = try ScriptedReceiver()
        let sender = try TestSender()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<20 {
                group.addTask {
                    for _ in 0..<50 {
                        let answer = try await sender.send(receiver.url("/r"))
                        #expect(answer.statusCode == 204)
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(receiver.requests.count == 1000)
        #expect(receiver.connectionCount <= 20)
        #expect(sender.sender.inFlight == 0)
    }

    @Test("A batch is answered once for each request")
    func batch() async throws {
        let receiver = try ScriptedReceiver()
        let answered = Milestones()
        let tokens = Mutex<[UInt64]>([])
        let sender = try HTTPSender { results in
            tokens.withLock { $0 += results.map(\.token) }
            answered.add(results.count)
        }
        let url = try DestinationURL(receiver.url())
        sender.send(
            (0..<200).map { token in
                SendRequest(
                    token: token,
                    url: url,
                    headers: [],
                    body: [1],
                    origin: .operatorConfigured,
                    policy: AddressPolicy()
                )
            }
        )
        try await answered.wait(for: 200)
        #expect(tokens.withLock { $0.sorted() } == Array(0..<200))
        await sender.stop()
    }

    @Test("A connection that the receiver has closed is not used again")
    func closedWhileIdle() async throws {
        let receiver = try ScriptedReceiver { request in
            request.connection == 0 ? ScriptedAnswer.status(204).then(.close) : .status(204)
        }
        let sender = try TestSender()
        // The second may meet the connection as it is being closed; the third finds it closed.
        for _ in 0..<3 {
            let answer = try await sender.send(receiver.url())
            #expect(answer.statusCode == 204 || answer.failure == .reset)
        }
        try await receiver.waitForConnections(2)
    }

    @Test(
        "A request on a connection that ends without an answer is not sent again",
        arguments: [ScriptedAnswer.close, .reset]
    )
    func noSilentRepetition(end: ScriptedAnswer) async throws {
        let receiver = try ScriptedReceiver { request in request.number == 1 ? end : .status(204) }
        let sender = try TestSender()
        #expect(try await sender.send(receiver.url("/first")).statusCode == 204)
        let answer = try await sender.send(receiver.url("/second"))
        #expect(answer.failure == .reset)
        #expect(answer.requestWasSent)
        #expect(answer.statusCode == nil)
        #expect(try await sender.send(receiver.url("/third")).statusCode == 204)
        #expect(receiver.requests.map(\.target) == ["/first", "/second", "/third"])
        #expect(receiver.connectionCount == 2)
    }

    @Test(
        "What a receiver says unasked is not taken for the answer to the next request",
        arguments: HostileReceiver.Transport.allCases
    )
    func unaskedAnswer(transport: HostileReceiver.Transport) async throws {
        // The body is larger than what libcurl reads at once. From its second part on it reads up to the declared end and no
        // further: what follows stays in the socket, or unpacked in the TLS library.
        let body = String(repeating: "a", count: 20_000)
        let unasked = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
        let receiver = try ScriptedReceiver { request in
            guard request.path == "/first" else { return .status(503) }
            return .raw("HTTP/1.1 200 OK\r\nContent-Length: \(body.utf8.count)\r\n\r\n" + body + unasked)
        }
        let certificates = try TestCertificates.shared()
        let front = try TLSFront(before: receiver.port, certificate: certificates.server)
        let base = transport == .plain ? receiver.url("") : "https://127.0.0.1:\(front.port)"
        let options = TransportOptions(authoritiesFile: certificates.authority)
        let sender = try TestSender()
        let first = try await sender.send(base + "/first", options: options)
        #expect(first.statusCode == 200)
        #expect(first.failure == nil)
        let second = try await sender.send(base + "/second", options: options)
        #expect(second.statusCode == 503, "\(second)")
        #expect(second.failure == nil)
        #expect(receiver.requests.map(\.target) == ["/first", "/second"])
        #expect(receiver.connectionCount == 2)
    }

    @Test("A connection on which a receiver speaks up while it is idle is not used again")
    func spokenUpWhileIdle() async throws {
        let unasked = Gate()
        let hasSpoken = Milestones()
        let receiver = try ScriptedReceiver { request in
            guard request.connection == 0 else { return .status(503) }
            return ScriptedAnswer(
                .write(Array("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n".utf8)),
                .wait(unasked),
                .write(Array("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n".utf8)),
                .tell(hasSpoken)
            )
        }
        let sender = try TestSender()
        #expect(try await sender.send(receiver.url("/first")).statusCode == 200)
        unasked.open()
        try await hasSpoken.wait(for: 1)
        let second = try await sender.send(receiver.url("/second"))
        #expect(second.statusCode == 503, "\(second)")
        #expect(second.failure == nil)
        #expect(receiver.requests.map(\.target) == ["/first", "/second"])
        #expect(receiver.connectionCount == 2)
    }

    @Test("A connection is not used again after the idle lifetime")
    func idleLifetime() async throws {
        let receiver = try ScriptedReceiver()
        let sender = try TestSender(HTTPSenderConfiguration(idleLifetime: .seconds(1)))
        _ = try await sender.send(receiver.url())
        // The age is what is tested: time has to pass.
        try await Task.sleep(for: .seconds(2.1))
        _ = try await sender.send(receiver.url())
        #expect(receiver.connectionCount == 2)
    }

    @Test("A receiver that hangs does not hold up the others")
    func isolation() async throws {
        let gate = Gate()
        let hanging = try ScriptedReceiver { _ in .status(202).after(gate) }
        let receiver = try ScriptedReceiver()
        let sender = try TestSender()
        async let stuck = sender.send(hanging.url(), timeout: .seconds(30))
        _ = try await hanging.waitForRequests(1)
        for _ in 0..<100 {
            #expect(try await sender.send(receiver.url()).statusCode == 204)
        }
        #expect(sender.sender.inFlight == 1)
        gate.open()
        #expect(try await stuck.statusCode == 202)
    }
}
