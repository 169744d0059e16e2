import Deliveries
import LedgerConformance
import Testing

@testable import Ledger

@Suite("Stored fields and latency buckets")
struct StoredFieldsTests {
    @Test("fields of every length come back", arguments: [0, 1, 127, 128, 16_383, 16_384, 100_000])
    func roundTrip(length: Int) {
        let fields = [
            EventField(name: [], value: []),
            EventField(name: [0xFF, 0x00], value: [UInt8](repeating: 0x80, count: length)),
            EventField("a", "b"),
        ]
        #expect(StoredFields.decode(StoredFields.encode(fields)) == fields)
    }

    @Test("no fields are no bytes")
    func empty() {
        #expect(StoredFields.encode([EventField]()) == [])
        #expect(StoredFields.decode([]) == [])
    }

    @Test(
        "a blob that ends early, or claims too much, is not understood",
        arguments: [[0x01], [0x00], [0x01, 0x61], [0x05, 0x61, 0x00], [0x80], [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01]]
    )
    func damaged(blob: [UInt8]) {
        #expect(StoredFields.decode(blob) == nil)
    }

    @Test("latency buckets rise with the time, eight to a doubling")
    func buckets() {
        let times = stride(from: 0.0, through: 60_000, by: 0.37).map { LatencyTally.bucket(of: $0) }
        #expect(times == times.sorted())
        #expect(LatencyTally.bucket(of: 64) + 8 == LatencyTally.bucket(of: 128))
        #expect(LatencyTally.bucket(of: 100) == LatencyTally.bucket(of: 103.9))
        #expect(LatencyTally.bucket(of: 100) != LatencyTally.bucket(of: 104))
    }
}
