import Testing

@testable import RedisClient

@Suite("Errors")
struct RedisErrorTests {
    @Test(
        "a server's code word is told from its text",
        arguments: [
            ("NOGROUP No such key", "NOGROUP"), ("ERR syntax error", "ERR"), ("BUSYGROUP", "BUSYGROUP"),
            ("no code here", "ERR"), ("", "ERR"), ("MOVED 1 h:1", "MOVED"),
        ]
    )
    func codeWord(text: String, code: String) {
        #expect(RedisServerError(text).code == code)
    }

    @Test("a server's text becomes one short line, without the arguments it repeats")
    func cleaning() {
        let echo = "ERR unknown command 'AUTH', with args beginning with: 'ann' 's3cret' "
        #expect(RedisServerError(echo).text == "ERR unknown command 'AUTH'")
        #expect(RedisServerError("ERR a\r\nb\u{0}c").text == "ERR a b c")
        #expect(RedisServerError(String(repeating: "x", count: 9000)).text.utf8.count == 256)
    }

    @Test(
        "says whether trying again may help",
        arguments: [
            (RedisError(.connectionLost, ""), true), (RedisError(.timedOut, ""), true),
            (RedisError(.notConnected, ""), true), (RedisError(.connectionFailed, ""), true),
            (RedisError(.cancelled, ""), false), (RedisError(.protocolViolation, ""), false),
            (RedisError(RedisServerError("LOADING x")), true), (RedisError(RedisServerError("READONLY x")), true),
            (RedisError(RedisServerError("OOM x")), true), (RedisError(RedisServerError("WRONGTYPE x")), false),
        ]
    )
    func retriable(error: RedisError, expected: Bool) {
        #expect(error.isRetriable == expected)
    }

    @Test("knows a missing group by both names")
    func missingGroup() {
        #expect(RedisError(RedisServerError("NOGROUP No such key")).isMissingGroup)
        #expect(RedisError(RedisServerError("UNBLOCKED the stream key no longer exists")).isMissingGroup)
        #expect(!RedisError(RedisServerError("UNBLOCKED client unblocked via CLIENT UNBLOCK")).isMissingGroup)
        #expect(!RedisError(RedisServerError("WRONGTYPE x")).isMissingGroup)
    }

    @Test("knows a key of another type, in a command and in scripts of all versions")
    func wrongType() {
        let reason = "WRONGTYPE Operation against a key holding the wrong kind of value"
        #expect(RedisServerError(reason).isWrongType)
        #expect(RedisServerError("\(reason) script: 0f, on @user_script:3.").isWrongType)
        #expect(RedisServerError("ERR Error running script (call to f_0f): @user_script:3: \(reason)").isWrongType)
        #expect(!RedisServerError("ERR hash value is not an integer").isWrongType)
    }
}

@Suite("Signing in")
struct SignInTests {
    @Test("sends what the endpoint asks for, in order")
    func commands() {
        let endpoint = RedisEndpoint(
            address: .unix(path: "/s"),
            credentials: RedisCredentials(username: "ann", password: "pw"),
            database: 3
        )
        let commands = SignIn(endpoint: endpoint, clientName: "post back\n1").commands
        let words = commands.map { $0.arguments.map { String(decoding: $0, as: UTF8.self) } }
        #expect(words == [["AUTH", "ann", "pw"], ["SELECT", "3"], ["CLIENT", "SETNAME", "post-back-1"], ["PING"]])
        let plain = SignIn(endpoint: RedisEndpoint(address: .unix(path: "/s")), clientName: nil)
        #expect(plain.commands == [RedisCommand("PING")])
    }

    @Test("takes a refused AUTH for what it is, and shows none of the server's text")
    func refusedCredentials() throws {
        let endpoint = RedisEndpoint(address: .unix(path: "/s"), credentials: RedisCredentials(password: "s3cret"))
        let steps = SignIn(endpoint: endpoint, clientName: nil)
        let reply = RedisValue.error(RedisServerError("ERR unknown command AUTH s3cret"))
        let error = try #require(throws: RedisError.self) { try steps.check([reply, .simpleString("PONG")]) }
        #expect(error.code == .authenticationFailed && !"\(error)".contains("s3cret"))
        #expect(error.serverError?.text == "ERR")
    }

    @Test("a server that loads its data is not there yet; a user who may not PING is")
    func loading() throws {
        let steps = SignIn(endpoint: RedisEndpoint(address: .unix(path: "/s")), clientName: nil)
        let loading = RedisValue.error(RedisServerError("LOADING Redis is loading the dataset in memory"))
        let error = try #require(throws: RedisError.self) { try steps.check([loading]) }
        #expect(error.code == .connectionFailed && error.isRetriable)
        try steps.check([.error(RedisServerError("NOPERM this user has no permissions"))])
    }
}
