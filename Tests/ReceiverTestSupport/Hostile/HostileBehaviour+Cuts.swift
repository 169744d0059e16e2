import Deliveries

extension HostileBehaviour {
    /// Connections that end in every phase, in order and by a reset.
    static let cuts: [HostileBehaviour] =
        [
            HostileBehaviour("a port on which nobody listens", .cut, .closedPort, .unsent(.connect, .nothing)),
            HostileBehaviour("a connection that is closed at once", .cut, .connections(.close), uncertain),
            HostileBehaviour(
                "a connection that is reset at once",
                .cut,
                .connections(.speakFirst(.reset)),
                uncertain
            ),
            HostileBehaviour(
                "a reset behind the head of a large request",
                .cut,
                .connections(.resetAfterHead),
                .cut(nil),
                requestLength: 16_000_000
            ),
            end("before the answer", after: "", .cut(.connected), .close),
            end("before the answer", after: "", .cut(.connected), .reset),
            // An answer that only the end of the connection ends has ended; a reset is not such an end.
            end("behind a body without length", after: ok + "\r\nab", .whole(200), .close),
            end("behind a body without length", after: ok + "\r\nab", .cut(status: 200), .reset),
            end("behind a whole answer", after: ok + "Content-Length: 2\r\n\r\nab", .whole(200), .close),
            end("behind a whole answer", after: ok + "Content-Length: 2\r\n\r\nab", .whole(200), .reset),
            end("behind an answer without body", after: "HTTP/1.1 204 No Content\r\n\r\n", .whole(204), .reset),
            HostileBehaviour(
                "the end of a body of declared length without close_notify",
                .cut,
                .truncatedTLS(.raw(ok + "Content-Length: 5\r\n\r\nab").then(.close)),
                .cut(status: 200)
            ),
            // Where only the end of the connection ends a body, a missing goodbye is not noticed (OpenSSL, as libcurl sets it
            // up). The status was whole, and the status is what counts.
            HostileBehaviour(
                "the end of a body without length and without close_notify",
                .cut,
                .truncatedTLS(.raw(ok + "\r\nab").then(.close)),
                .whole(200)
            ),
        ]
        + [ScriptedAnswer.Step.close, .reset].flatMap { step in
            [
                end("in the status line", after: "HTTP/1.1 2", .cut(.connected), step),
                end("in a header field", after: ok + "Content-Le", .cut(status: 200), step),
                end("in the header section", after: ok + "Content-Length: 5\r\n", .cut(status: 200), step),
                end("behind the headers", after: ok + "Content-Length: 5\r\n\r\n", .cut(status: 200), step),
                end("in the body", after: ok + "Content-Length: 5\r\n\r\nab", .cut(status: 200), step),
                end("before the first chunk", after: chunked, .cut(status: 200), step),
                end("in a chunk", after: chunked + "5\r\nab", .cut(status: 200), step),
                end("between chunks", after: chunked + "2\r\nab\r\n", .cut(status: 200), step),
                end("in the trailers", after: chunked + "2\r\nab\r\n0\r\nX: 1\r\n", .cut(status: 200), step),
                end("behind an interim answer", after: "HTTP/1.1 100 Continue\r\n\r\n", .cut(), step),
            ]
        }

    /// Whether the request was under way already is a matter of microseconds. Either way the outcome has to fit.
    private static let uncertain = HostileExpectation(
        failures: [.reset, .connect],
        statuses: [nil],
        wasSent: nil,
        phase: nil,
        end: .atOnce,
        outcome: nil
    )

    private static func end(
        _ name: String,
        after text: String,
        _ expectation: HostileExpectation,
        _ step: ScriptedAnswer.Step
    ) -> HostileBehaviour {
        let kind = if case .reset = step { "a reset" } else { "an end" }
        return HostileBehaviour(
            "\(kind) \(name)",
            .cut,
            .answers(ScriptedAnswer(.write(Array(text.utf8)), step)),
            expectation
        )
    }
}
