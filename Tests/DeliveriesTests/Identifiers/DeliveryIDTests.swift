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
