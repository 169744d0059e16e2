import Deliveries

extension HostileBehaviour {
    /// Silence in every phase, and answers that come a byte at a time: five in a second, so that a deadline of two seconds
    /// sees several of them.
    static let silence: [HostileBehaviour] =
        [
            HostileBehaviour(
                "a listening queue that is full",
                .silence,
                .fullQueue,
                .unsent(.connect, .nothing, .connectDeadline)
            ),
            HostileBehaviour(
                "no answer to the handshake",
                .silence,
                .brokenTLS(.ignore),
                .unsent(.connect, .nothing, .connectDeadline)
            ),
            HostileBehaviour(
                "half a ServerHello",
                .silence,
                .brokenTLS(.speakFirst(ScriptedAnswer(.write(serverHello), .hang))),
                .unsent(.connect, .nothing, .connectDeadline)
            ),
            HostileBehaviour(
                "a handshake that drips",
                .silence,
                .brokenTLS(.speakFirst(ScriptedAnswer(.write(serverHello), .writeForever([0], pause: pause)))),
                .unsent(.connect, .nothing, .connectDeadline)
            ),
            HostileBehaviour(
                "a connection that is not read from",
                .silence,
                .connections(.ignore),
                .deadline(.connected)
            ),
            HostileBehaviour(
                "a large request that is not read",
                .silence,
                .connections(.ignore),
                .deadline(.connected),
                requestLength: 16_000_000
            ),
            HostileBehaviour(
                "a large request that is read slowly",
                .silence,
                .connections(.readSlowly(pause: pause)),
                .deadline(.connected),
                requestLength: 16_000_000
            ),
            silent("a request that is read and not answered", after: "", .deadline(.connected)),
            silent("half a status line", after: "HTTP/1.1 2", .deadline(.connected)),
            silent("half a header section", after: ok + "Content-Type: te", .deadline(status: 200)),
            silent("a header section without its end", after: ok + "Content-Length: 5\r\n", .deadline(status: 200)),
            silent("headers and no body", after: ok + "Content-Length: 5\r\n\r\n", .deadline(status: 200)),
            silent("half a body", after: ok + "Content-Length: 5\r\n\r\nab", .deadline(status: 200)),
            silent("no chunk", after: chunked, .deadline(status: 200)),
            silent("half a chunk", after: chunked + "5\r\nab", .deadline(status: 200)),
            silent("no last chunk", after: chunked + "2\r\nab\r\n", .deadline(status: 200)),
            silent("no end behind the last chunk", after: chunked + "2\r\nab\r\n0\r\n", .deadline(status: 200)),
            silent("an interim answer only", after: "HTTP/1.1 100 Continue\r\n\r\n", .deadline()),
            silent(
                "a body that only the end of the connection would end",
                after: ok + "\r\nab",
                .deadline(status: 200)
            ),
            silent("a switch to a protocol that nobody asked for", after: switching, .deadline()),
        ] + [
            dripping("a status line", after: "", "HTTP/1.1 200 Fine, thanks\r\n", .deadline(.connected)),
            dripping("a header field", after: ok + "X: ", "a", .deadline(status: 200)),
            dripping("a body", after: ok + "Content-Length: 500\r\n\r\n", "a", .deadline(status: 200)),
            dripping("a body without length", after: ok + "\r\n", "a", .deadline(status: 200)),
            dripping("a chunk's length", after: chunked, "0", .deadline(status: 200)),
            dripping("a chunk's extension", after: chunked + "1;", "a", .deadline(status: 200)),
            dripping("chunks", after: chunked, "1\r\na\r\n", .deadline(status: 200)),
            dripping("a trailer", after: chunked + "0\r\nX: ", "a", .deadline(status: 200)),
            HostileBehaviour(
                "interim answers now and then",
                .silence,
                .answers(ScriptedAnswer(.writeForever(Array("HTTP/1.1 100 Continue\r\n\r\n".utf8), pause: pause))),
                .deadline()
            ),
        ]

    static let pause = Duration.milliseconds(200)
    private static let switching = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\nConnection: upgrade\r\n\r\n"
    /// The head of a handshake record and of the message in it, and a protocol version.
    private static let serverHello: [UInt8] = [0x16, 3, 3, 0x40, 0, 2, 0, 0x3F, 0xFC, 3, 3]

    private static func silent(_ name: String, after text: String, _ expectation: HostileExpectation)
        -> HostileBehaviour
    {
        HostileBehaviour(
            "\(name), then silence",
            .silence,
            .answers(ScriptedAnswer(.write(Array(text.utf8)), .hang)),
            expectation
        )
    }

    /// The text again and again, a byte at a time.
    private static func dripping(
        _ name: String,
        after beginning: String,
        _ text: String,
        _ expectation: HostileExpectation
    ) -> HostileBehaviour {
        HostileBehaviour(
            "\(name) that drips",
            .silence,
            .answers(
                ScriptedAnswer(
                    .write(Array(beginning.utf8)),
                    .drip(Array(String(repeating: text, count: 200 / text.utf8.count).utf8), pause: pause)
                )
            ),
            expectation
        )
    }
}
