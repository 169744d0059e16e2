import Deliveries

extension HostileBehaviour {
    /// Answers that are not HTTP, or HTTP that can be read in two ways. What is understood in one way only is taken; what
    /// may have been cut short, or said something else, is not.
    static let malformed: [HostileBehaviour] = lengths + chunks + fields + statusLines

    /// Lengths that contradict each other or make no sense.
    private static let lengths: [HostileBehaviour] = [
        answer("two lengths, the first one kept", length("3", "10") + "abc", .cut(status: 200)),
        answer("two lengths, the second one kept", length("10", "3") + "abc", .garbled(status: 200)),
        answer("the same length twice", length("3", "3") + "abc", .whole(200)),
        answer("a list of equal lengths", length("3, 3") + "abc", .whole(200)),
        answer("a list of two lengths", length("3, 4") + "abc", .garbled(status: 200)),
        answer("a length with a sign", length("+3") + "abc", .garbled(status: 200)),
        answer("a length with something behind it", length("3abc") + "abc", .garbled(status: 200)),
        answer("a hexadecimal length", length("0x3") + "abc", .garbled(status: 200)),
        answer("a negative length", length("-1") + "abc", .garbled(status: 200)),
        answer("a length of nothing", length("") + "abc", .garbled(status: 200)),
        answer("a length beyond every number", length("99999999999999999999999") + "abc", .garbled(status: 200)),
        answer("a body shorter than its length", length("30") + "abc", .cut(status: 200)),
        answer("a body longer than its length", length("2") + "abcdef", .whole(200)),
        answer(
            "a length beside chunks",
            ok + "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n0\r\n\r\n",
            .whole(200)
        ),
        answer(
            "a length beside chunks that break off",
            ok + "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n",
            .cut(status: 200)
        ),
        answer(
            "a length behind chunks that break off",
            ok + "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n3\r\nabc\r\n",
            .cut(status: 200)
        ),
        answer("a body where there can be none", "HTTP/1.1 204 X\r\nContent-Length: 3\r\n\r\nabc", .whole(204)),
        answer("a length without a body in 304", "HTTP/1.1 304 X\r\nContent-Length: 3\r\n\r\n", .whole(304, .rejected)),
    ]

    /// Chunks that are none.
    private static let chunks: [HostileBehaviour] = [
        answer("a negative chunk", chunked + "-3\r\nabc\r\n0\r\n\r\n", .garbled(status: 200, or: .reset)),
        answer("a chunk beyond every number", chunked + "ffffffffffffffffff\r\nabc", .garbled(status: 200, or: .reset)),
        answer("a chunk of nearly every byte", chunked + "7fffffffffffffff\r\nabc", .cut(status: 200)),
        answer("a chunk longer than it says", chunked + "3\r\nabcdef\r\n0\r\n\r\n", .garbled(status: 200, or: .reset)),
        answer("a chunk without its length", chunked + "\r\nabc\r\n0\r\n\r\n", .garbled(status: 200, or: .reset)),
        answer("letters for a chunk's length", chunked + "zz\r\nabc", .garbled(status: 200, or: .reset)),
        answer(
            "a transfer coding that nobody knows",
            ok + "Transfer-Encoding: xchunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
            .whole(200)
        ),
        answer(
            "a packed transfer that is not packed",
            ok + "Transfer-Encoding: gzip, chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
            .whole(200)
        ),
        answer("a status line among the trailers", chunked + "0\r\nHTTP/1.1 500 X: 1\r\n\r\n", .whole(200)),
    ]

    /// Header sections that are none.
    private static let fields: [HostileBehaviour] = [
        answer("line feeds alone", "HTTP/1.1 200 OK\nContent-Length: 3\n\nabc", .whole(200)),
        answer("carriage returns alone", "HTTP/1.1 200 OK\rContent-Length: 3\r\rabc", .cut(.connected)),
        answer("a zero byte in a field", ok + "X: a\0b\r\nContent-Length: 3\r\n\r\nabc", .garbled(status: 200)),
        answer(
            "a zero byte in the status line",
            "HTTP/1.1 200 O\0K\r\nContent-Length: 3\r\n\r\nabc",
            .garbled(status: 200).reaching(nil)
        ),
        answer(
            "a field without a colon",
            ok + "this is no field\r\nContent-Length: 3\r\n\r\nabc",
            .garbled(status: 200)
        ),
        answer("a field without a name", ok + ": v\r\nContent-Length: 3\r\n\r\nabc", .whole(200)),
        answer("a folded field", ok + "X: a\r\n b\r\nContent-Length: 3\r\n\r\nabc", .whole(200)),
        answer("a fold before any field", ok + " X: a\r\nContent-Length: 3\r\n\r\nabc", .garbled(status: 200)),
        answer("a folded length", ok + "Content-Length:\r\n 3\r\n\r\nabc", .garbled(status: 200)),
        answer("two status lines", ok + "HTTP/1.1 500 No\r\nContent-Length: 3\r\n\r\nabc", .garbled(status: 200)),
        answer("a connection that is said to be kept and is not", ok + "Connection: keep-alive\r\n\r\nab", .whole(200)),
    ]

    /// Status lines that are none.
    private static let statusLines: [HostileBehaviour] = [
        answer("nothing", "", .cut(.connected)),
        answer("HTTP/0.9", "<html>hello</html>", .garbled()),
        answer("another protocol", "SSH-2.0-OpenSSH_9.2\r\n", .garbled()),
        answer("ICY", "ICY 200 OK\r\n" + three, .garbled()),
        answer("an empty line first", "\r\nHTTP/1.1 200 OK\r\n" + three, .garbled()),
        answer("a space first", " HTTP/1.1 200 OK\r\n" + three, .garbled()),
        answer("a small protocol name", "http/1.1 200 OK\r\n" + three, .whole(200)),
        answer("HTTP/1.0", "HTTP/1.0 200 OK\r\n" + three, .whole(200)),
        answer("HTTP/0.9 by name", "HTTP/0.9 200 OK\r\n" + three, .garbled()),
        answer("HTTP/9.9", "HTTP/9.9 200 OK\r\n" + three, .garbled()),
        answer("HTTP/3", "HTTP/3 200\r\n" + three, .garbled()),
        answer("letters for a status", "HTTP/1.1 2OO OK\r\n" + three, .garbled()),
        answer("a status of two digits", "HTTP/1.1 20 OK\r\n" + three, .garbled()),
        answer("a status of four digits", "HTTP/1.1 2000 OK\r\n" + three, .garbled()),
        answer("a negative status", "HTTP/1.1 -200 OK\r\n" + three, .garbled()),
        answer("status 000", "HTTP/1.1 000 X\r\n" + three, .garbled()),
        answer("status 099", "HTTP/1.1 099 X\r\n" + three, .garbled()),
        answer("status 600", "HTTP/1.1 600 X\r\n" + three, .whole(600, .retry)),
        answer("status 999", "HTTP/1.1 999 X\r\n" + three, .whole(999, .retry)),
        answer("a status without a reason", "HTTP/1.1 200\r\n" + three, .whole(200)),
        answer("a tab for a space", "HTTP/1.1\t200 OK\r\n" + three, .garbled()),
        HostileBehaviour(
            "an answer before the request was read",
            .malformed,
            .connections(.speakFirst(.raw(ok + three).then(.hang))),
            .whole(200)
        ),
        HostileBehaviour(
            "a refusal before a large request was read",
            .malformed,
            .connections(.speakFirst(.raw("HTTP/1.1 413 Too Large\r\n" + three).then(.hang))),
            .whole(413, .rejected),
            requestLength: 16_000_000
        ),
    ]

    private static let three = "Content-Length: 3\r\n\r\nabc"

    private static func length(_ lengths: String...) -> String {
        ok + lengths.map { "Content-Length: \($0)\r\n" }.joined() + "\r\n"
    }

    /// An answer after which the receiver closes the connection.
    private static func answer(_ name: String, _ text: String, _ expectation: HostileExpectation) -> HostileBehaviour {
        HostileBehaviour(name, .malformed, .answers(.raw(text).then(.close)), expectation)
    }
}
