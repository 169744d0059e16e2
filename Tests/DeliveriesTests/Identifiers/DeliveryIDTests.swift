import Testing

@testable import Deliveries

@Suite("A delivery id")
struct DeliveryIDTests {
    @Test("is the same after being written and read", arguments: [0, 1, 31, 32, 1 << 22, 7_000_000_000_000_000, .max])
    func roundTrip(number: Int64) throws {
        let id = DeliveryID(rawValue: number)
        #expect(id.description.utf8.count == 17)
        #expect(DeliveryID(id.description) == id)
    }

    @Test("sorts in writing as it does in number")
    func order() {
        var random = SeededGenerator(seed: 32)
        let ids = (0..<2_000).map { _ in DeliveryID(rawValue: .random(in: 0 ... .max, using: &random)) }
        #expect(ids.sorted().map(\.description) == ids.map(\.description).sorted())
    }

    @Test(
        "is not read from anything that was not written so",
        arguments: [
            "", "dlv_", "0000000000001", "dlv_000000000000", "dlv_00000000000000", "dlv_000000000000A",
            "dlv_000000000000i", "dlv_000000000000l", "dlv_000000000000o", "dlv_000000000000u", "dlv_8000000000000",
            "dlv_zzzzzzzzzzzzz", "DLV_0000000000001", "dlv-0000000000001", "dlv_000000000000\u{0}",
            "dlv_00000000000é", "dlv_\u{301}00000000000", " dlv_0000000000001", "dlv_0000000000001\n",
            "dlv_-000000000001", "dlv_" + String(repeating: "0", count: 1_000_000),
        ]
    )
    func refuses(text: String) {
        #expect(DeliveryID(text) == nil)
    }
}

@Suite("The delivery id of a stream entry")
struct EntryDeliveryIDTests {
    @Test("is always the same, another for every entry, and sorts as they do")
    func ofEntries() throws {
        let entries = [
            "1704067200000-0", "1704067200000-1", "1704067200000-2047", "1704067200001-0", "3903090455551-0",
        ]
        let ids = try entries.map { try #require(DeliveryID(entryID: $0)) }
        #expect(zip(ids, ids.dropFirst()).allSatisfy { $0 < $1 })
        #expect(ids == entries.compactMap { DeliveryID(entryID: $0) })
    }

    @Test(
        "is none where there is no room for it",
        arguments: [
            "1704067199999-0", "3903090455552-0", "1704067200000-2048", "1704067200000", "", "-", "a-b", "1-1",
            "1704067200000--1", "-1704067200000-0", "9223372036854775807-0", "99999999999999999999-0",
            "1704067200000-0-0",
        ]
    )
    func refuses(entryID: String) {
        #expect(DeliveryID(entryID: entryID) == nil)
    }

    @Test("is never one that the generator makes")
    func apart() throws {
        var generator = DeliveryIDGenerator(node: 0)
        let made = (0..<6_000).map { _ in generator.next(at: Timestamp(milliseconds: 1_705_313_100_000)) }
        let read = (0..<3).flatMap { time in
            (0..<2_048).compactMap { DeliveryID(entryID: "\(1_705_313_100_000 + time)-\($0)") }
        }
        #expect(read.count == 3 * 2_048)
        #expect(Set(made).isDisjoint(with: read))
    }
}

@Suite("The generator of delivery ids")
struct DeliveryIDGeneratorTests {
    private static let start = Timestamp(milliseconds: 1_705_313_100_000)

    @Test("makes ids that rise, however many fall into a millisecond")
    func rises() {
        var generator = DeliveryIDGenerator(node: 7)
        let ids = (0..<20_000).map { generator.next(at: Self.start.advanced(byMilliseconds: Int64($0 / 9_000))) }
        #expect(zip(ids, ids.dropFirst()).allSatisfy { $0 < $1 })
    }

    @Test("makes ids that rise when the clock goes back, jumps or stands before the epoch")
    func clock() {
        var generator = DeliveryIDGenerator(node: .max)
        var random = SeededGenerator(seed: 1)
        var last = DeliveryID(rawValue: -1)
        for _ in 0..<5_000 {
            let now = Self.start.advanced(byMilliseconds: .random(in: -100_000_000...100_000, using: &random))
            let id = generator.next(at: now)
            #expect(id > last)
            last = id
        }
        var early = DeliveryIDGenerator(node: 0)
        #expect(early.next(at: Timestamp(milliseconds: .min)).rawValue >= 0)
        var late = DeliveryIDGenerator(node: 0)
        #expect(late.next(at: .distantFuture).rawValue > 0)
    }

    @Test("makes later ids later, so that they sort by time over processes")
    func sortsByTime() {
        var (first, second) = (DeliveryIDGenerator(node: 1023), DeliveryIDGenerator(node: 0))
        #expect(first.next(at: Self.start) < second.next(at: Self.start.advanced(byMilliseconds: 1)))
    }

    @Test("makes other ids than another process in the same millisecond")
    func nodes() {
        var (first, second) = (DeliveryIDGenerator(node: 1), DeliveryIDGenerator(node: 2))
        let ids = (0..<5_000).flatMap { _ in [first.next(at: Self.start), second.next(at: Self.start)] }
        #expect(Set(ids).count == ids.count)
    }
}
