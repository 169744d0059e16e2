import Deliveries

extension HostileBehaviour {
    /// Handshakes that fail: nothing is sent.
    static let handshakes: [HostileBehaviour] =
        TestCertificates.Kind.allCases.filter { $0 != .good }.map { kind in
            HostileBehaviour(
                "a certificate that is \(kind.rawValue)",
                .handshake,
                .certificate(kind),
                .unsent(.tls, .nothing)
            )
        } + [
            broken("an alert", ScriptedAnswer(.write([0x15, 3, 3, 0, 2, 2, 40]), .close)),
            broken("bytes that are no record", ScriptedAnswer(.write([UInt8](repeating: 0xFF, count: 64)), .close)),
            broken("a record beyond the largest", ScriptedAnswer(.write([0x16, 3, 3, 0xFF, 0xFF]), .hang)),
            broken("an answer in the clear", .raw("HTTP/1.1 400 Bad Request\r\n\r\n").then(.close)),
            broken("an end", .close),
            HostileBehaviour(
                "a handshake that is answered by a reset",
                .handshake,
                .brokenTLS(.speakFirst(.reset)),
                HostileExpectation(
                    failures: [.tls, .connect],
                    statuses: [nil],
                    wasSent: false,
                    phase: nil,
                    end: .atOnce,
                    outcome: .retry
                )
            ),
        ]

    private static func broken(_ name: String, _ answer: ScriptedAnswer) -> HostileBehaviour {
        HostileBehaviour(
            "a handshake that is answered by \(name)",
            .handshake,
            .brokenTLS(.speakFirst(answer)),
            .unsent(.tls, .nothing)
        )
    }
}
