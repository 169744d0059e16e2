/// A receiver that misbehaves in one way, on loopback. It stops when the last reference goes.
package final class HostileReceiver: Sendable {
    /// What requests are made over.
    package enum Transport: String, CaseIterable, Sendable {
        /// HTTP.
        case plain
        /// HTTPS, HTTP/1.1.
        case tls
    }

    /// What it does.
    package let behaviour: HostileBehaviour
    /// Where it is called.
    package let url: String
    /// What is behind the certificate, if there is one.
    private let receiver: ScriptedReceiver?
    /// What else has to live as long.
    private let keptAlive: [any Sendable]

    /// Starts a receiver.
    ///
    /// - Parameters:
    ///   - behaviour: what it does.
    ///   - transport: what it is served over, where that can be chosen.
    ///   - certificates: where certificates come from.
    package init(
        _ behaviour: HostileBehaviour,
        over transport: Transport = .plain,
        certificates: TestCertificates
    ) throws {
        self.behaviour = behaviour
        switch behaviour.service {
        case .answers(let answer):
            let receiver = try ScriptedReceiver { _ in answer }
            self.receiver = receiver
            (url, keptAlive) = try Self.served(receiver, over: transport, certificates)
        case .connections(let script):
            let receiver = try ScriptedReceiver(connections: script)
            self.receiver = receiver
            (url, keptAlive) = try Self.served(receiver, over: transport, certificates)
        case .http2(let answer):
            let receiver = try ScriptedReceiver(connections: .http2(answer))
            let front = try TLSFront(
                before: receiver.port,
                certificate: certificates.server,
                protocols: ["h2", "http/1.1"]
            )
            self.receiver = receiver
            (url, keptAlive) = (Self.url(front.port), [front])
        case .truncatedTLS(let answer):
            let receiver = try ScriptedReceiver { _ in answer }
            let front = try TLSFront(before: receiver.port, certificate: certificates.server, end: .truncated)
            self.receiver = receiver
            (url, keptAlive) = (Self.url(front.port), [front])
        case .certificate(let kind):
            let receiver = try ScriptedReceiver()
            let front = try TLSFront(before: receiver.port, certificate: certificates.pair(kind))
            self.receiver = receiver
            (url, keptAlive) = (Self.url(front.port), [front])
        case .brokenTLS(let script):
            let receiver = try ScriptedReceiver(connections: script)
            self.receiver = receiver
            (url, keptAlive) = (Self.url(receiver.port), [])
        case .closedPort:
            let port = try ClosedPort()
            self.receiver = nil
            (url, keptAlive) = (port.url, [port])
        case .fullQueue:
            let listener = try FullListener()
            self.receiver = nil
            (url, keptAlive) = (listener.url, [listener])
        }
    }

    private static func served(
        _ receiver: ScriptedReceiver,
        over transport: Transport,
        _ certificates: TestCertificates
    ) throws -> (String, [any Sendable]) {
        switch transport {
        case .plain:
            return (receiver.url(), [])
        case .tls:
            let front = try TLSFront(before: receiver.port, certificate: certificates.server)
            return (url(front.port), [front])
        }
    }

    private static func url(_ port: UInt16) -> String {
        "https://127.0.0.1:\(port)/"
    }

    /// How many connections were accepted; behind a certificate, how many of which the handshake was completed.
    package var connectionCount: Int {
        receiver?.connectionCount ?? 0
    }

    /// How many requests were read whole.
    package var requestCount: Int {
        receiver?.requests.count ?? 0
    }
}
