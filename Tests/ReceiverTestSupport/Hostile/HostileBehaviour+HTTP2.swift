import Deliveries

extension HostileBehaviour {
    /// The same over HTTP/2, frame by frame.
    static let http2: [HostileBehaviour] = silentStreams + floodedStreams + cutStreams + malformedStreams

    /// What libcurl reads for as long as it comes, without a look at the deadline.
    static let http2Floods: [HostileBehaviour] = [
        flood("empty DATA", HTTP2Frame.data([]), after: HTTP2Frame.headers(HPACK.status(200), flags: open)),
        flood("PING", ping),
        flood("SETTINGS", HTTP2Frame.settings(3, 100)),
        flood("WINDOW_UPDATE", HTTP2Frame.frame(.windowUpdate, [0, 0, 0, 1])),
        flood("frames of a kind that nobody knows", [0, 0, 1, 0x7F, 0xFF, 0, 0, 0, 1, 0]),
    ]

    private static let silentStreams: [HostileBehaviour] = [
        frames("not even SETTINGS", [.hang], .deadline(.connected)),
        frames("SETTINGS and nothing more", [settings, .hang], .deadline(.connected)),
        frames("no room for the body", [.write(HTTP2Frame.settings(4, 0)), .hang], .deadline(.connected)),
        frames(
            "headers and no body",
            [settings, .write(HTTP2Frame.headers(HPACK.status(200), flags: open))],
            .deadline(status: 200)
        ),
        frames(
            "a body that drips",
            [
                settings, .write(HTTP2Frame.headers(HPACK.status(200), flags: open)),
                .writeForever(HTTP2Frame.data([65]), pause: pause),
            ],
            .deadline(status: 200)
        ),
        frames("pings now and then", [settings, .writeForever(ping, pause: pause)], .deadline(.connected)),
    ]

    private static let floodedStreams: [HostileBehaviour] = [
        flood("DATA", fullData, after: HTTP2Frame.headers(HPACK.status(200), flags: open), .whole(200)),
        flood(
            "CONTINUATION",
            HTTP2Frame.frame(.continuation, stream: 1, HPACK.field("x-some", "a")),
            after: HTTP2Frame.headers(HPACK.status(200), flags: 0),
            .lost()
        ),
        flood("interim answers", HTTP2Frame.headers(HPACK.status(103), flags: HTTP2Frame.endHeaders), .garbled()),
        frames(
            "fields that unpack to 64 MB",
            [
                settings,
                .write(
                    HTTP2Frame.headers(
                        HPACK.status(200) + HPACK.remembered("x-bomb", String(repeating: "a", count: 4000))
                            + repeatElement(HPACK.indexed[0], count: 12_000)
                    )
                ),
            ],
            .lost(status: 200)
        ),
    ]

    private static let cutStreams: [HostileBehaviour] =
        [0, 1, 2, 3, 5, 7, 8, 11, 13].map { code in
            frames("the stream reset with code \(code)", [settings, .write(HTTP2Frame.resetStream(code))], .lost)
        } + [
            frames(
                "the stream reset behind the headers",
                [
                    settings, .write(HTTP2Frame.headers(HPACK.status(200), flags: open)),
                    .write(HTTP2Frame.resetStream(2)),
                ],
                .lost(status: 200)
            ),
            frames(
                "the stream reset behind a whole answer",
                [
                    settings,
                    .write(HTTP2Frame.headers(HPACK.status(200) + HPACK.field("content-length", "2"), flags: open)),
                    .write(HTTP2Frame.data(Array("ab".utf8), flags: HTTP2Frame.endStream)),
                    .write(HTTP2Frame.resetStream(0)),
                ],
                .whole(200)
            ),
            frames("GOAWAY for the request", [settings, .write(HTTP2Frame.goAway(lastStream: 0))], .lost),
            frames(
                "GOAWAY with an error",
                [settings, .write(HTTP2Frame.goAway(lastStream: 0, code: 11)), .close],
                .lost
            ),
            frames(
                "GOAWAY before the answer",
                [settings, .write(HTTP2Frame.goAway(lastStream: 1)), .write(HTTP2Frame.headers(HPACK.status(204)))],
                .whole(204)
            ),
            frames("GOAWAY and silence", [settings, .write(HTTP2Frame.goAway(lastStream: 1))], .deadline(.connected)),
            frames("an end before the answer", [settings, .close], .lost),
            frames("a reset before the answer", [settings, .reset], .lost),
            frames(
                "an end in the body",
                [
                    settings, .write(HTTP2Frame.headers(HPACK.status(200), flags: open)),
                    .write(HTTP2Frame.data([65])), .close,
                ],
                .lost(status: 200)
            ),
        ]

    private static let malformedStreams: [HostileBehaviour] = [
        frames("an answer in HTTP/1.1", [.write(Array((ok + "Content-Length: 0\r\n\r\n").utf8))], .lost),
        frames("bytes that are no frames", [.write([UInt8](repeating: 0xFF, count: 64))], .lost),
        frames("a frame of 16 MB", [settings, .write([0xFF, 0xFF, 0xFF, 0, 0, 0, 0, 0, 1])], .lost),
        frames("a body before the headers", [settings, .write(HTTP2Frame.data([65]))], .lost),
        frames("an answer to a request that nobody made", [settings, .write(otherStream)], .lost),
        frames("a promise that nobody allowed", [settings, .write(promise)], .deadline(.connected)),
        frames(
            "fields that cannot be unpacked",
            [settings, .write(HTTP2Frame.headers([0xFF, 0xFF, 0xFF, 0xFF]))],
            .lost
        ),
        frames("windows beyond the largest", [settings, .write(window), .write(window)], .lost),
        fields("no status", HPACK.field("x", "1")),
        fields("two statuses", HPACK.status(200) + HPACK.status(500)),
        fields("a status of letters", HPACK.field(":status", "abc")),
        fields("a status behind a field", HPACK.field("x", "1") + HPACK.status(200)),
        fields("a field of HTTP/1.1", HPACK.status(200) + HPACK.field("transfer-encoding", "chunked")),
        fields(
            "two lengths",
            HPACK.status(200) + HPACK.field("content-length", "1") + HPACK.field("content-length", "2")
        ),
        frames(
            "a body shorter than its length",
            [
                settings,
                .write(HTTP2Frame.headers(HPACK.status(200) + HPACK.field("content-length", "5"), flags: open)),
                .write(HTTP2Frame.data(Array("ab".utf8), flags: HTTP2Frame.endStream)),
            ],
            .lost(status: 200)
        ),
        frames(
            "frames of a kind that nobody knows",
            [settings, .write([0, 0, 1, 0x7F, 0xFF, 0, 0, 0, 1, 0]), .write(HTTP2Frame.headers(HPACK.status(204)))],
            .whole(204)
        ),
    ]

    private static let settings = ScriptedAnswer.Step.write(HTTP2Frame.settings)
    private static let open = HTTP2Frame.endHeaders
    private static let ping = HTTP2Frame.frame(.ping, [UInt8](repeating: 0, count: 8))
    private static let window = HTTP2Frame.frame(.windowUpdate, [0x7F, 0xFF, 0xFF, 0xFF])
    private static let fullData = HTTP2Frame.data([UInt8](repeating: 65, count: 16_384))
    private static let otherStream = HTTP2Frame.frame(
        .headers,
        flags: HTTP2Frame.endStream | HTTP2Frame.endHeaders,
        stream: 9,
        HPACK.status(200)
    )
    private static let promise = HTTP2Frame.frame(
        .pushPromise,
        flags: HTTP2Frame.endHeaders,
        stream: 1,
        [0, 0, 0, 2] + HPACK.field(":path", "/")
    )

    private static func frames(
        _ name: String,
        _ steps: [ScriptedAnswer.Step],
        _ expectation: HostileExpectation
    ) -> HostileBehaviour {
        HostileBehaviour("HTTP/2: \(name)", .http2, .http2(ScriptedAnswer(steps)), expectation)
    }

    private static func fields(_ name: String, _ block: [UInt8]) -> HostileBehaviour {
        frames(name, [settings, .write(HTTP2Frame.headers(block))], .lost)
    }

    private static func flood(
        _ name: String,
        _ frame: [UInt8],
        after beginning: [UInt8] = [],
        _ expectation: HostileExpectation? = nil
    ) -> HostileBehaviour {
        let part = [[UInt8]](repeating: frame, count: max(1, 16_384 / frame.count)).flatMap(\.self)
        return HostileBehaviour(
            "HTTP/2: \(name) without end",
            expectation == nil ? .http2Flood : .http2,
            .http2(ScriptedAnswer(settings, .write(beginning), .writeForever(part, pause: .zero))),
            expectation ?? .whole(204),
            isBusy: true
        )
    }
}

extension HostileExpectation {
    /// No answer, or half of one, on a stream or connection that has ended: it may have run.
    fileprivate static func lost(status: Int? = nil) -> HostileExpectation {
        HostileExpectation(
            failures: [.reset, .protocol],
            // The head of an answer that has no end is not always shown.
            statuses: [nil, status],
            wasSent: true,
            phase: nil,
            end: .atOnce,
            outcome: .unknown
        )
    }

    fileprivate static var lost: HostileExpectation { lost() }
}
