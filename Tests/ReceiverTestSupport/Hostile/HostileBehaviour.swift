/// One way in which a receiver can misbehave, and what has to become of a request to it.
package struct HostileBehaviour: Sendable, CustomStringConvertible {
    /// What kinds of misbehaviour there are.
    package enum Family: String, CaseIterable, Sendable, CustomStringConvertible {
        /// Silence, and answers that come a byte at a time.
        case silence
        /// Answers without end, or very large ones.
        case flood
        /// Connections that end in every phase.
        case cut
        /// Answers that are not HTTP, or HTTP that can be read in two ways.
        case malformed
        /// Answers that lead elsewhere.
        case redirect
        /// HTTP/2.
        case http2
        /// Frames of HTTP/2 without end that are not about the answer. Only for URLs from outside, which are not spoken to in
        /// HTTP/2 for this reason.
        case http2Flood
        /// Handshakes and certificates.
        case handshake

        package var description: String { rawValue }
    }

    /// How it is served.
    package enum Service: Sendable {
        /// Requests are read and answered so, in the clear or within TLS.
        case answers(ScriptedAnswer)
        /// Connections are treated so, in the clear or within TLS.
        case connections(ConnectionScript)
        /// HTTP/2 within TLS: the first request is answered with these frames.
        case http2(ScriptedAnswer)
        /// Something that is no TLS, to a client that expects TLS.
        case brokenTLS(ConnectionScript)
        /// A proper receiver behind a certificate of this kind.
        case certificate(TestCertificates.Kind)
        /// TLS that is cut off without `close_notify` once the request was answered so.
        case truncatedTLS(ScriptedAnswer)
        /// A port on which nobody listens.
        case closedPort
        /// A listening socket whose queue is full.
        case fullQueue
    }

    /// What it does, in a few words; no two are alike.
    package let name: String
    /// Its kind.
    package let family: Family
    /// How it is served.
    package let service: Service
    /// What has to come of it, for a URL of the operator's.
    package let expectation: HostileExpectation
    /// Bytes of the request's body.
    package let requestLength: Int
    /// Whether it keeps the processor busy, its own and the sender's.
    package let isBusy: Bool

    init(
        _ name: String,
        _ family: Family,
        _ service: Service,
        _ expectation: HostileExpectation,
        requestLength: Int = 16,
        isBusy: Bool = false
    ) {
        self.name = name
        self.family = family
        self.service = service
        self.expectation = expectation
        self.requestLength = requestLength
        self.isBusy = isBusy
    }

    package var description: String { name }

    /// Whether it can be served in the clear and within TLS.
    package var worksOverBoth: Bool {
        switch service {
        case .answers, .connections: true
        case .http2, .brokenTLS, .certificate, .truncatedTLS, .closedPort, .fullQueue: false
        }
    }

    /// What has to come of it for a URL from outside that is allowed to be reached.
    package var expectationFromOutside: HostileExpectation {
        if case .http2 = service { .whole(204) } else { expectation }
    }

    /// Every behaviour.
    package static let all: [HostileBehaviour] =
        silence + floods + cuts + malformed + redirects + http2 + http2Floods + handshakes

    /// Those of one kind.
    package static func all(_ family: Family) -> [HostileBehaviour] {
        all.filter { $0.family == family }
    }
}

/// The beginning of an answer that goes on: a status line.
let ok = "HTTP/1.1 200 OK\r\n"
/// The beginning of an answer in chunks.
let chunked = ok + "Transfer-Encoding: chunked\r\n\r\n"
