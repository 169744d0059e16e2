import RedisClient
import Testing

@testable import Relay

/// What was read and is not acknowledged is counted, and told from what is new.
@Suite(.timeLimit(.minutes(1)))
struct EntriesInHandTests {
    private let hand = EntriesInHand()

    private func entry(_ id: String, _ value: String = "x", count: Int = 1) -> RedisStreamEntry {
        RedisStreamEntry(id: id, fields: [RedisStreamEntry.Field("data", String(repeating: value, count: count))])
    }

    @Test("An entry is held until it is dropped; another one under its id is another one")
    func holds() {
        #expect(!hand.holds(entry("1-1")))
        hand.take(entries: [entry("1-1")])
        #expect(hand.holds(entry("1-1")))
        #expect(hand.holds(RedisStreamEntry(id: "1-1", fields: [], isDeleted: true)))
        #expect(!hand.holds(entry("1-1", "y")))
        hand.drop(entries: ["1-1", "2-2"])
        #expect(!hand.holds(entry("1-1")))
    }

    @Test("One that was given up is held for good, and nobody waits for it")
    func givesUp() async {
        hand.take(entries: [entry("1-1")])
        #expect(!hand.hasGivenUp)
        hand.giveUp(entries: ["1-1"])
        #expect(hand.hasGivenUp)
        #expect(hand.holds(entry("1-1")))
        await hand.wait(for: .allAcknowledged)
        // Redis was wiped, and the id is another's.
        #expect(!hand.holds(entry("1-1", "y")))
    }

    @Test("Of two under one id, after Redis was wiped, Redis may let go of the second once both are written")
    func idGivenTwice() async {
        hand.take(entries: [entry("1-1"), entry("2-2")])
        #expect(hand.inHand(among: ["1-1", "3-3"]) == ["1-1"])
        hand.take(entries: [entry("1-1", "y")])
        hand.written(entries: ["1-1", "2-2"])
        #expect(hand.done(among: ["1-1", "2-2", "3-3"]) == ["2-2"])
        #expect(hand.holds(entry("1-1", "y")))
        hand.written(entries: ["1-1"])
        #expect(hand.done(among: ["1-1"]) == ["1-1"])
        // A third comes while Redis is told, and is to be read again.
        hand.take(entries: [entry("1-1", "z")])
        hand.acknowledged(entries: ["1-1", "2-2"])
        #expect(hand.holds(entry("1-1", "z")))
        hand.drop(entries: ["1-1"])
        #expect(hand.done(among: ["1-1"]).isEmpty)
        await hand.wait(for: .allAcknowledged)
    }

    @Test("The second under an id is read again although the first is yet to be written")
    func dropsSecond() async {
        hand.take(entries: [entry("1-1"), entry("2-2")])
        hand.take(entries: [entry("1-1", "y"), entry("2-2", "y")])
        hand.drop(entries: ["1-1", "2-2"])
        #expect(!hand.holds(entry("1-1", "y")))
        hand.take(entries: [entry("1-1", "y")])
        hand.written(entries: ["1-1", "2-2"])
        #expect(hand.done(among: ["1-1", "2-2"]).isEmpty)
        hand.written(entries: ["1-1"])
        #expect(hand.done(among: ["1-1"]) == ["1-1"])
        hand.acknowledged(entries: ["1-1"])
        await hand.wait(for: .allAcknowledged)
    }

    @Test("There is room again below the limits, of entries and of bytes", arguments: [true, false])
    func room(byCount: Bool) async {
        await hand.wait(for: .room)
        let entries =
            byCount
            ? (0..<EntriesInHand.limit).map { entry("1-\($0)") } : [entry("1-0", count: EntriesInHand.byteLimit)]
        hand.take(entries: entries)
        hand.take(entries: entries)
        async let waited: Void = hand.wait(for: .room)
        hand.drop(entries: ["1-0"])
        await waited
        hand.drop(entries: entries.map(\.id))
        await hand.wait(for: .allAcknowledged)
    }

    @Test("Events are on their way from when it begins until they are settled, and one alone begins it")
    func events() async {
        #expect(hand.begin(events: ["a", "b"]) == ["a", "b"])
        #expect(hand.begin(events: ["b", "c", "c"]) == ["c"])
        hand.settle(events: ["c"])
        #expect(hand.unwritten(among: ["b", "c"]) == ["b"])
        async let waited: Void = hand.wait(for: .settled(["a", "b"]))
        hand.settle(events: ["a"])
        hand.settle(events: ["b", "d"])
        await waited
        #expect(hand.unwritten(among: ["a", "b"]).isEmpty)
    }

    @Test("A wait ends with its task")
    func cancelled() async {
        _ = hand.begin(events: ["a"])
        let task = Task { [hand] in await hand.wait(for: .settled(["a"])) }
        task.cancel()
        await task.value
    }
}
