import Testing

@testable import RedisClient

@Suite("A Redis URL")
struct RedisEndpointTests {
    @Test(
        "is read into its parts and written back without the password",
        arguments: [
            ("redis://localhost", "redis://localhost:6379/0"),
            ("REDIS://10.0.0.1:7000", "redis://10.0.0.1:7000/0"),
            ("redis://h/", "redis://h:6379/0"),
            ("redis://h/15", "redis://h:6379/15"),
            ("redis://h?db=3", "redis://h:6379/3"),
            ("redis://:pw@h", "redis://:***@h:6379/0"),
            ("redis://ann:p%40%2F%3A%23@h:1/2", "redis://ann:***@h:1/2"),
            ("rediss://ann:pw:more@h", "rediss://ann:***@h:6379/0"),
            ("rediss://[::1]:7001/1", "rediss://[::1]:7001/1"),
            ("redis://[fe80::1]", "redis://[fe80::1]:6379/0"),
            ("unix:///run/redis.sock", "unix:///run/redis.sock?db=0"),
            ("redis+unix:///a%20b.sock?db=4", "unix:///a b.sock?db=4"),
            ("unix://ann:pw@/s?db=1", "unix://ann:***@/s?db=1"),
        ]
    )
    func parts(url: String, description: String) throws {
        let endpoint = try RedisEndpoint(url: url)
        #expect("\(endpoint)" == description)
    }

    @Test("takes any path of a socket, once it is encoded", arguments: ["/run/r.sock", "/a b/é/%41?#@:/\"'~.sock"])
    func socketPaths(path: String) throws {
        let endpoint = try RedisEndpoint(url: "unix://" + RedisEndpoint.encoded(socketPath: path))
        #expect("\(endpoint)" == "unix://\(path)?db=0")
    }

    @Test("has its credentials decoded")
    func credentials() throws {
        #expect(
            try RedisEndpoint(url: "redis://a%3Ab:%C3%A4%40%2f:x@h").credentials
                == RedisCredentials(username: "a:b", password: "ä@/:x")
        )
        #expect(try RedisEndpoint(url: "redis://:x@h").credentials == RedisCredentials(password: "x"))
        #expect(try RedisEndpoint(url: "redis://h").credentials == nil)
        #expect(try RedisEndpoint(url: "rediss://h").tls == RedisTLSOptions())
        #expect(try RedisEndpoint(url: "redis://h").tls == nil)
    }

    static let hostile = [
        "", "redis", "redis:", "redis:/h", "redis://", "://h", "http://h", "redis:///0", "redis://:secret@",
        "redis://h:0", "redis://h:65536", "redis://h:", "redis://h:6379x", "redis://h:-1", "redis://h:٣",
        "redis://h/x", "redis://h/-1", "redis://h/1/2", "redis://h//1", "redis://h/1234567", "redis://h/0?db=0",
        "redis://h?db=", "redis://h?db=x", "redis://h?timeout=secret", "redis://h?db=1&db=2", "redis://h#secret",
        "redis://secret@h", "redis://:@h", "redis://ann:@h", "redis://a:sec/ret@h", "redis://a:sec?ret@h",
        "redis://a:sec@ret@h", "redis://a:secret%@h", "redis://a:secret%4@h", "redis://a:secret%zz@h",
        "redis://a:secret%ff@h", "redis://a:secret%00@h", "redis://a:secret @h", "redis://a:secret\n@h",
        "redis://a:secret@h\u{0}", "redis://a:secret@h\r\nFLUSHALL", "redis://ä", "redis://a b", "redis://[::1",
        "redis://[]", "redis://[nonsense]", "redis://[::1]x", "redis://h%41", "redis://<h>",
        "redis://\(String(repeating: "h", count: 254))", "unix://", "unix:///", "unix://relative", "unix://h/s",
        "unix:///s?x=1", "unix:///%00", "unix:///\(String(repeating: "s", count: 107))",
    ]

    @Test("is refused with one line that repeats nothing of it", arguments: hostile)
    func refusal(url: String) throws {
        let error = try #require(throws: RedisError.self) { try RedisEndpoint(url: url) }
        #expect(error.code == .invalidConfiguration)
        #expect(error.message.hasPrefix("redis url: ") && !error.isRetriable)
        #expect(!error.description.contains { $0.isNewline } && !error.description.contains("sec"))
    }

    @Test("never shows its password, however it is printed")
    func redaction() throws {
        let endpoint = try RedisEndpoint(url: "redis://ann:s3cret@h")
        var dumped = ""
        dump(endpoint, to: &dumped)
        dump(endpoint.credentials, to: &dumped)
        dumped += "\(endpoint) \(String(reflecting: endpoint)) \(String(reflecting: endpoint.credentials))"
        #expect(!dumped.contains("s3cret"))
    }
}
