import Deliveries
import Testing

@testable import Ledger

@Suite("Stored fields")
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
        arguments: [
            [0x01], [0x00], [0x01, 0x61], [0x05, 0x61, 0x00], [0x80], [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01],
        ]
    )
    func damaged(blob: [UInt8]) {
        #expect(StoredFields.decode(blob) == nil)
    }
}
