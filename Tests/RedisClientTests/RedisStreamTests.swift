import RedisTestSupport
import Testing

@testable import RedisClient

@Suite("Streams on a real server", .timeLimit(.minutes(1)))
struct RedisStreamTests {
    private typealias Field = RedisStreamEntry.Field

    @Test("an entry is added, read once, acknowledged and deleted")
    func roundTrip() async throws {
        let (server, stream) = try await Self.stream()
        #expect(try await stream.createGroup("relay"))
        #expect(try await !stream.createGroup("relay"))
        let fields = [Field(name: [0, 0xFF], value: []), Field("type", "job.done"), Field("type", "again")]
        let id = try await stream.add(fields)
        let entries = try await stream.readGroup("relay", consumer: "a", count: 10, block: .seconds(5))
        #expect(entries == [RedisStreamEntry(id: id, fields: fields)])
        #expect(try await stream.readGroup("relay", consumer: "a", count: 10) == [])
        #expect(try await stream.readGroup("relay", consumer: "a", count: 10, from: .pending(after: "0")) == entries)
        #expect(try await stream.readGroup("relay", consumer: "a", count: 10, from: .pending(after: id)) == [])

        let pending = try await stream.pending(group: "relay")
        #expect(pending.count == 1 && pending.firstID == id && pending.lastID == id)
        #expect(pending.consumers.map(\.name) == ["a"])
        let done = try await stream.acknowledgeAndDelete([id, "1-1"], group: "relay")
        #expect(done == (1, 1))
        #expect(try await stream.pending(group: "relay").count == 0)
        #expect(try await stream.length() == 0)
        #expect(try await stream.acknowledgeAndDelete([], group: "relay") == (0, 0))
        withExtendedLifetime(server) {}
    }

    @Test("a group is made from the start of the stream")
    func fromTheStart() async throws {
        let (server, stream) = try await Self.stream()
        let id = try await stream.add([Field("a", "1")])
        try await stream.createGroup("relay")
        #expect(try await stream.readGroup("relay", consumer: "a", count: 1).map(\.id) == [id])
        withExtendedLifetime(server) {}
    }

    @Test("a stream that vanishes is told apart, also under a blocked read, and can be made again")
    func flush() async throws {
        let (server, stream) = try await Self.stream()
        let connection = try await RedisConnection.connect(to: RedisEndpoint(url: server.url))
        try await stream.createGroup("relay")
        let blocked = Task {
            try await connection.stream(stream.key).readGroup("relay", consumer: "a", count: 1, block: .seconds(30))
        }
        while try await !server.cli("CLIENT", "LIST").contains("cmd=xreadgroup") {}
        try await server.cli("FLUSHALL")
        let unblocked = await #expect(throws: RedisError.self) { try await blocked.value }
        #expect(unblocked?.isMissingGroup == true, "\(String(describing: unblocked))")

        let error = await #expect(throws: RedisError.self) {
            try await stream.readGroup("relay", consumer: "a", count: 1)
        }
        #expect(error?.code == .server && error?.isMissingGroup == true && error?.serverError?.code == "NOGROUP")
        #expect(try await stream.createGroup("relay"))
        #expect(try await stream.readGroup("relay", consumer: "a", count: 1) == [])
        await connection.close()
    }

    @Test("what one consumer leaves is claimed by another, page by page, without what was deleted")
    func claiming() async throws {
        let (server, stream) = try await Self.stream()
        try await stream.createGroup("relay")
        var ids: [String] = []
        for number in 0..<5 { ids.append(try await stream.add([Field("n", "\(number)")])) }
        #expect(try await stream.readGroup("relay", consumer: "a", count: 10).count == 5)
        try await server.cli("XDEL", stream.key, ids[1])

        let own = try await stream.readGroup("relay", consumer: "a", count: 10, from: .pending(after: "0"))
        #expect(own.map(\.isDeleted) == [false, true, false, false, false] && own[1].fields == [])
        let idle = try await stream.claim(group: "relay", consumer: "b", minimumIdle: .seconds(3600), count: 10)
        #expect(idle.entries == [] && idle.next == "0-0")

        var claimed: [String] = []
        // Whatever its idle time, a deleted entry is dropped by the first claim that comes across it.
        var deleted = idle.deletedIDs
        var next = "0-0"
        repeat {
            let page = try await stream.claim(
                group: "relay",
                consumer: "b",
                minimumIdle: .zero,
                from: next,
                count: 2
            )
            #expect(page.entries.count <= 2)
            claimed += page.entries.map(\.id)
            deleted += page.deletedIDs
            next = page.next
        } while next != "0-0"
        #expect(claimed == [ids[0], ids[2], ids[3], ids[4]] && deleted == [ids[1]])

        let consumers = try await stream.consumers(group: "relay")
        #expect(consumers.map(\.name) == ["a", "b"] && consumers.map(\.pending) == [0, 4])
        #expect(try await stream.deleteConsumer("a", group: "relay") == 0)
        #expect(try await stream.deleteConsumer("b", group: "relay") == 4)
        #expect(try await stream.deleteConsumer("b", group: "relay") == 0)
    }

    @Test("500 entries are read, acknowledged and deleted in one call each")
    func batch() async throws {
        let (server, stream) = try await Self.stream()
        try await stream.createGroup("relay")
        let addition = stream.addition(of: [Field("type", "job.done"), Field("data", "{}")])
        _ = try await stream.redis.send((0..<500).map { _ in addition })
        let entries = try await stream.readGroup("relay", consumer: "a", count: 500)
        #expect(entries.count == 500)
        #expect(try await stream.acknowledgeAndDelete(entries.map(\.id), group: "relay") == (500, 500))
        withExtendedLifetime(server) {}
    }

    @Test("a server that is out of memory lets go of what was read, which makes room")
    func outOfMemory() async throws {
        let (server, stream) = try await Self.stream()
        try await stream.createGroup("relay")
        let id = try await stream.add([Field("type", "job.done")])
        try await server.cli("CONFIG", "SET", "maxmemory", "1")
        let refusal = await #expect(throws: RedisError.self) { try await stream.add([Field("type", "job.done")]) }
        #expect(refusal?.serverError?.code == "OOM")
        #expect(try await stream.readGroup("relay", consumer: "a", count: 10).map(\.id) == [id])
        #expect(try await stream.acknowledgeAndDelete([id], group: "relay") == (1, 1))
        #expect(try await stream.length() == 0)
        #expect(try await stream.pending(group: "relay").count == 0)
    }

    @Test("a stream can be kept short, and a key of another type is an error")
    func bounds() async throws {
        let (server, stream) = try await Self.stream()
        let addition = stream.addition(of: [Field("n", "1")], maximumLength: 100)
        _ = try await stream.redis.send((0..<1000).map { _ in addition })
        #expect(try await stream.length() < 300)
        try await server.cli("SET", "text", "x")
        let other = stream.redis.stream("text")
        let error = await #expect(throws: RedisError.self) { try await other.acknowledgeAndDelete(["1-1"], group: "g") }
        #expect(error?.serverError?.code == "WRONGTYPE" && error?.isRetriable == false)
    }

    private static func stream() async throws -> (RedisTestServer, RedisStream) {
        let server = try await RedisTestServer.start(.unix)
        let connection = try await RedisConnection.connect(to: RedisEndpoint(url: server.url))
        return (server, connection.stream("postback:test"))
    }
}

@Suite("Scripts on a real server", .timeLimit(.minutes(1)))
struct RedisScriptTests {
    @Test("a script runs with its keys and arguments, and again after the server has forgotten it")
    func forgotten() async throws {
        let server = try await RedisTestServer.start(.unix)
        let connection = try await RedisConnection.connect(to: RedisEndpoint(url: server.url))
        let script = RedisScript("return redis.call('INCRBY', KEYS[1], ARGV[1])")
        #expect(try await connection.run(script, keys: ["n"], arguments: RedisArguments("2")) == .integer(2))
        #expect(try await connection.run(script, keys: ["n"], arguments: RedisArguments("2")) == .integer(4))
        try await server.cli("SCRIPT", "FLUSH")
        #expect(try await connection.run(script, keys: ["n"], arguments: RedisArguments("2")) == .integer(6))
        #expect(try await server.cli("INFO", "commandstats").contains("cmdstat_script|load:calls=2,"))
        await connection.close()
    }

    @Test("errors of a script, in its text or at run time, are the server's errors")
    func errors() async throws {
        let server = try await RedisTestServer.start(.unix)
        let connection = try await RedisConnection.connect(to: RedisEndpoint(url: server.url))
        for source in ["return redis.error_reply('BUSY no')", "this is not Lua", "return redis.call('NONSENSE')"] {
            let error = await #expect(throws: RedisError.self) { try await connection.run(RedisScript(source)) }
            #expect(error?.code == .server)
        }
        #expect(
            try await connection.run(RedisScript("return {1, false, 'x'}"))
                == .array([.integer(1), .null, .bulk([0x78])])
        )
        await connection.close()
    }
}
