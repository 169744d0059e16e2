import Testing

@testable import RedisClient

@Suite("Replies of the stream commands")
struct RedisStreamRepliesTests {
    private let entry = RedisValue.array([Self.bulk("1-0"), .array([Self.bulk("type"), Self.bulk("job.done")])])

    @Test("a read has entries, deleted ones among them, or nothing")
    func read() {
        let deleted = RedisValue.array([Self.bulk("2-0"), .null])
        let entries = RedisStreamReplies.read(.array([.array([Self.bulk("key"), .array([entry, deleted])])]))
        #expect(entries?.map(\.id) == ["1-0", "2-0"])
        #expect(entries?.map(\.isDeleted) == [false, true])
        #expect(entries?.first?.value(of: "type") == Array("job.done".utf8))
        #expect(entries?.first?.value(of: "typ") == nil)
        #expect(RedisStreamReplies.read(.null) == [])
    }

    @Test("a claim is read in the form of Redis 7 and in that of 6.2, where a null is a deleted entry")
    func claim() {
        let seven = RedisStreamReplies.claim(.array([Self.bulk("0-0"), .array([entry]), .array([Self.bulk("9-1")])]))
        #expect(seven?.next == "0-0" && seven?.entries.map(\.id) == ["1-0"] && seven?.deletedIDs == ["9-1"])
        let six = RedisStreamReplies.claim(.array([Self.bulk("5-0"), .array([.null, entry])]))
        #expect(six?.next == "5-0" && six?.entries.map(\.id) == ["1-0"] && six?.deletedIDs == [])
    }

    @Test("a summary of what is pending may be empty")
    func pending() {
        let none = RedisStreamReplies.pending(.array([.integer(0), .null, .null, .null]))
        #expect(none?.count == 0 && none?.firstID == nil && none?.consumers == [])
        let some = RedisStreamReplies.pending(
            .array([
                .integer(3), Self.bulk("1-0"), Self.bulk("3-0"),
                .array([.array([Self.bulk("a"), Self.bulk("2")]), .array([Self.bulk("b"), Self.bulk("1")])]),
            ])
        )
        #expect(some?.count == 3 && some?.firstID == "1-0" && some?.lastID == "3-0")
        #expect(some?.consumers.map(\.name) == ["a", "b"] && some?.consumers.map(\.count) == [2, 1])
    }

    @Test("a consumer's description may have members that are not known")
    func consumers() {
        let parts = [
            Self.bulk("future"), .integer(1), Self.bulk("idle"), .integer(1500), Self.bulk("name"), Self.bulk("a"),
            Self.bulk("pending"), .integer(2),
        ]
        let consumers = RedisStreamReplies.consumers(.array([.array(parts)]))
        #expect(consumers == [RedisStreamConsumer(name: "a", pending: 2, idle: .milliseconds(1500))])
        #expect(RedisStreamReplies.consumers(.array([.array(Array(parts.dropLast()))])) == nil)
        #expect(RedisStreamReplies.consumers(.array([.array([])])) == nil)
    }

    @Test("any other shape is refused and does not crash")
    func shapes() {
        let odd = RedisValue.array([Self.bulk("1-0"), .array([Self.bulk("name")])])
        let nested = RedisValue.array([Self.bulk("1-0"), .array([.array([]), .null])])
        for value in [odd, nested, .integer(1), .array([]), .array([.integer(1)]), .simpleString("OK")] {
            #expect(RedisStreamReplies.entry(value) == nil)
            #expect(RedisStreamReplies.claim(value) == nil)
            #expect(RedisStreamReplies.pending(value) == nil)
            #expect(RedisStreamReplies.read(value) == nil)
        }
    }

    private static func bulk(_ text: String) -> RedisValue { .bulk(Array(text.utf8)) }
}
